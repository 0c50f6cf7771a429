import { decodeHtml } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import type { ExtractContext, UnreadableFile } from '../../format.ts';
import { nestMarkdown } from '../../markup/nest.ts';
import { htmlBody, plainBody } from '../eml/body-text.ts';
import { encodingOfCodePage, type Properties, tags } from './properties.ts';
import { decompressRtf } from './rtf.ts';

interface Body {
  readonly texts: readonly string[];
  readonly failures: readonly UnreadableFile[];
}

const found = (text: string): Body => ({ texts: [text], failures: [] });

/** Reads the HTML text of a message, else its plain text, else its rich text. */
export async function readBody(message: Properties, context: ExtractContext): Promise<Body> {
  const html = await htmlOf(message);
  if (html !== '') return found(html);
  const plain = plainBody(await message.text(tags.body));
  if (plain !== '') return found(plain);
  const compressed = message.binary(tags.compressedRtf);
  if (compressed === null) return { texts: [], failures: [] };
  const rich = await context.readEmbedded({
    name: 'message.rtf',
    media_type: 'application/rtf',
    read: async () => decompressRtf(compressed),
  });
  if (rich.document !== null) return found(nestMarkdown(rich.document.text, 0));
  // With a plain text that is blank, the rich text has none either.
  return message.hasText(tags.body)
    ? { texts: [], failures: [] }
    : { texts: [], failures: [{ name: 'Text of the message (RTF)', reason: rich.reason }] };
}

async function htmlOf(message: Properties): Promise<string> {
  const bytes = message.binary(tags.html);
  const encoding = encodingOfCodePage(message.number(tags.internetCodePage));
  const html =
    bytes === null
      ? await message.text(tags.html)
      : await decodeLeniently(decodeHtml, bytes, encoding);
  return html === '' ? '' : htmlBody(html);
}
