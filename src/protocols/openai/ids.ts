const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** Returns the id of a run as the id of an OpenAI response. */
export const toResponseId = (run_id: string): string => `resp_${suffixOf(run_id)}`;

/** Returns the id of a run as the id of a chat completion. */
export const toCompletionId = (run_id: string): string => `chatcmpl-${suffixOf(run_id)}`;

/** Returns the id of the run of a response; the inverse of `toResponseId`. */
export const toRunId = (response_id: string): string => `run_${suffixOf(response_id)}`;

/** Returns the item id of a client tool call from its message and its index among the calls of that message. */
export const toCallItemId = (message_id: string, index: number): string =>
  `fc_${suffixOf(message_id)}_${index}`;

/** Returns the id of the message that contains an item; null for an item id that this API did not issue. */
export function readItemId(id: string): string | null {
  const suffix = /^(?:msg|fc)_([0-7][0-9a-hjkmnp-tv-z]{25})(?:_\d{1,4})?$/.exec(id)?.[1];
  return suffix === undefined ? null : `msg_${suffix}`;
}

/** Returns the creation time of a run in Unix seconds. The first 48 bits of the id are milliseconds. */
export const createdAt = (run_id: string): number =>
  Math.floor(
    [...suffixOf(run_id).slice(0, 10)].reduce(
      (time, character) => time * 32 + alphabet.indexOf(character),
      0,
    ) / 1000,
  );
