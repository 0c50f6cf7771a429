import { Failure } from '../../shared/failure.ts';

/** Bytes of a request besides the files in it, and of what a message's row stores: a row of the database has 2 MB. */
const maxRequest = 1024 * 1024;
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

/** Throws `too_large` for a request whose text alone is larger than requests without files may be. */
export function checkRequestSize(body: object): void {
  if (sizeOf(JSON.parse(JSON.stringify(body, withoutFiles))) > maxRequest)
    throw new Failure(
      'too_large',
      `A request may have at most ${maxRequest} bytes besides its files.`,
    );
}

/** Throws `too_large` for a conversation that cannot be stored with one message. */
export function checkPromptSize(conversation: {
  readonly messages: readonly object[];
  readonly question: string;
}): void {
  if (sizeOf(conversation) > maxPrompt)
    throw new Failure(
      'too_large',
      `The items of a request and those added before it may have at most ${maxPrompt} bytes together.`,
    );
}
