import { DocumentFault } from '../fault.ts';

/**
 * Decodes as a browser does: where `decode` cannot determine the encoding, `charset` applies, else
 * windows-1252. Never throws `unknown_encoding`.
 */
export async function decodeLeniently(
  decode: (bytes: Uint8Array, encoding: string | null) => Promise<string>,
  bytes: Uint8Array<ArrayBuffer>,
  charset: string | null,
): Promise<string> {
  try {
    return await decode(bytes, charset);
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    return new TextDecoder(charset ?? 'windows-1252').decode(bytes);
  }
}
