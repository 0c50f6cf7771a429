import { cleanText } from '../../clean-text.ts';
import { decodeText } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import type { Extractor, WebReader } from '../../format.ts';

/** Decodes and cleans the file; its text is the document. */
export const extractText =
  (isMarkdown: boolean): Extractor =>
  async (bytes, { encoding = null }) => ({
    text: cleanText(await decodeText(bytes, encoding)),
    pages: null,
    isMarkdown,
  });

/** Returns the body of a response as it is, without a title. */
export const readTextResponse: WebReader['read'] = async (bytes, { charset }) => ({
  title: null,
  text: cleanText(await decodeLeniently(decodeText, bytes, charset)).trim(),
});
