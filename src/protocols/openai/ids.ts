const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** A run under the names that OpenAI has for one. */
export const toResponseId = (run_id: string): string => `resp_${suffixOf(run_id)}`;
export const toCompletionId = (run_id: string): string => `chatcmpl-${suffixOf(run_id)}`;
export const toRunId = (response_id: string): string => `run_${suffixOf(response_id)}`;

/** A call of the caller's tools as an item: the message that it is of, and its place among that message's calls. */
export const toCallItemId = (message_id: string, index: number): string =>
  `fc_${suffixOf(message_id)}_${index}`;

/** The message that an item id points to: by its own id, or as one of what it was asked or calls. Null for an id that was not issued here. */
export function readItemId(id: string): string | null {
  const suffix = /^(?:msg|fc)_([0-7][0-9a-hjkmnp-tv-z]{25})(?:_\d{1,4})?$/.exec(id)?.[1];
  return suffix === undefined ? null : `msg_${suffix}`;
}

/** When a run was made, in Unix seconds: the first 48 bits of its id are its milliseconds. */
export const createdAt = (run_id: string): number =>
  Math.floor(
    [...suffixOf(run_id).slice(0, 10)].reduce(
      (time, character) => time * 32 + alphabet.indexOf(character),
      0,
    ) / 1000,
  );
