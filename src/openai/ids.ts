const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** A run under the names that OpenAI has for one. */
export const toResponseId = (run_id: string): string => `resp_${suffixOf(run_id)}`;
export const toCompletionId = (run_id: string): string => `chatcmpl-${suffixOf(run_id)}`;
export const toRunId = (response_id: string): string => `run_${suffixOf(response_id)}`;

/** A call of the caller's tools as an item: the message that it is of, and its place among that message's calls. */
export const toCallItemId = (message_id: string, index: number): string => `fc_${suffixOf(message_id)}_${index}`;

/** Where an item id points to: a message, or one of its calls. Null for an id that was not issued here. */
export function readItemId(id: string): { readonly message_id: string; readonly call: number | null } | null {
  const [, prefix, suffix, index] = /^(?:(msg)|fc)_([0-7][0-9a-hjkmnp-tv-z]{25})(?:_(\d{1,3}))?$/.exec(id) ?? [];
  if (suffix === undefined || (prefix === 'msg') !== (index === undefined)) return null;
  return { message_id: `msg_${suffix}`, call: index === undefined ? null : Number(index) };
}

/** When a run was made, in Unix seconds: the first 48 bits of its id are its milliseconds. */
export const createdAt = (run_id: string): number =>
  Math.floor([...suffixOf(run_id).slice(0, 10)].reduce((time, character) => time * 32 + alphabet.indexOf(character), 0) / 1000);
