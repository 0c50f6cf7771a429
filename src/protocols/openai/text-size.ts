import { Failure } from '../../shared/failure.ts';

/** Maximum bytes of a request without its inline files. */
const maxRequest = 1024 * 1024;
/** Maximum bytes of the prompt that a message row stores: a database row has at most 2 MB. */
const maxPrompt = 1_900_000;

const files: ReadonlySet<string> = new Set(['file_data', 'image_url', 'url']);

const sizeOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value)).byteLength;

const withoutFiles = (_key: string, value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, inner]) => !(files.has(key) && typeof inner === 'string')),
  );
};

/** Throws `too_large` for a request that exceeds 1 MiB without its inline files. */
export function checkRequestSize(body: object): void {
  if (sizeOf(JSON.parse(JSON.stringify(body, withoutFiles))) > maxRequest)
    throw new Failure(
      'too_large',
      `A request may have at most ${maxRequest} bytes in addition to its files.`,
    );
}

/** Throws `too_large` for a conversation that is too large for the row of one message. */
export function checkPromptSize(conversation: {
  readonly messages: readonly object[];
  readonly question: string;
}): void {
  if (sizeOf(conversation) > maxPrompt)
    throw new Failure(
      'too_large',
      `The items of the request and the items that wait in the conversation may have at most ${maxPrompt} bytes in total.`,
    );
}
