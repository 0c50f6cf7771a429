import { decodeHtml } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import { DocumentFault } from '../../fault.ts';
import type { WebReader } from '../../format.ts';
import { readTextResponse } from '../text/extract.ts';
import { xmlToMarkdown } from './extract.ts';

/** Reads an XML response by its structure, with absolute links; what is not well-formed is read as text. */
export const readXmlResponse: WebReader['read'] = async (bytes, response) => {
  try {
    const source = await decodeLeniently(decodeHtml, bytes, response.charset);
    return { title: null, text: xmlToMarkdown(source, response.url) };
  } catch (error) {
    if (error instanceof DocumentFault && error.code === 'corrupt')
      return readTextResponse(bytes, response);
    throw error;
  }
};
