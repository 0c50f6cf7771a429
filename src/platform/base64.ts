// Available in the runtime, not yet in TypeScript's library.
const base64 = Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> };

/** Throws `SyntaxError` for text that is not base64. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => base64.fromBase64(text);

export const toBase64 = (bytes: Uint8Array): string =>
  (bytes as unknown as { toBase64(): string }).toBase64();
