const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** Returns the id of the response of a part of a run, which is its first one unless it has waited. */
export const toResponseId = (run_id: string, part = 0): string =>
  `resp_${suffixOf(run_id)}${part === 0 ? '' : `_${part}`}`;

/** Returns the id of a run as the id of a chat completion. */
export const toCompletionId = (run_id: string): string => `chatcmpl-${suffixOf(run_id)}`;

/** Returns the run and the part of a response; the inverse of `toResponseId`. */
export function readResponseId(id: string): { readonly run_id: string; readonly part: number } {
  const [, run = '', part = '0'] = id.split('_');
  return { run_id: `run_${run}`, part: Number(part) };
}

/** Returns the id of an approval as the id of its request. */
export const toApprovalRequestId = (approval_id: string): string => `mcpr_${suffixOf(approval_id)}`;

/** Returns the id of the approval of a request; the inverse of `toApprovalRequestId`. */
export const toApprovalId = (request_id: string): string => `apr_${suffixOf(request_id)}`;

/** Returns true for the id of a request for approval, or of the item with its decision. */
export const isOfApproval = (id: string): boolean => /^mcp[ar]_/.test(id);

/** Returns the id of the item with the decision about an approval. */
export const toDecisionItemId = (approval_id: string): string => `mcpa_${suffixOf(approval_id)}`;

/** Returns the id of the item with the text of a part of a run. */
export const toMessageItemId = (message_id: string, part: number): string =>
  part === 0 ? message_id : `${message_id}_${part}`;

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
