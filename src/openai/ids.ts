const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** A run under the names that OpenAI has for one. */
export const toResponseId = (run_id: string): string => `resp_${suffixOf(run_id)}`;
export const toCompletionId = (run_id: string): string => `chatcmpl-${suffixOf(run_id)}`;
export const toRunId = (response_id: string): string => `run_${suffixOf(response_id)}`;

/** When a run was made, in Unix seconds: the first 48 bits of its id are its milliseconds. */
export const createdAt = (run_id: string): number =>
  Math.floor([...suffixOf(run_id).slice(0, 10)].reduce((time, character) => time * 32 + alphabet.indexOf(character), 0) / 1000);
