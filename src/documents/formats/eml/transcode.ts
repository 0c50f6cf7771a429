import { decodeText, encodingOf, tryDecode } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';

const cr = 0x0d;
const lf = 0x0a;

/** Returns a message with line feeds and with a header section in UTF-8, as the parser reads it. */
export async function transcodeMessage(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || bytes.subarray(0, 64).includes(0);
  if (isUtf16 || (bytes[0] === 0xfe && bytes[1] === 0xff)) return encode(await decodeText(bytes));
  const fed = bytes.includes(lf) ? bytes : bytes.map((byte) => (byte === cr ? lf : byte));
  return withUtf8Header(withoutLead(fed), encoding);
}

const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

/** Removes a byte order mark and empty lines, which would end the header section. */
function withoutLead(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === cr || bytes[at] === lf) at += 1;
  return at === 0 ? bytes : bytes.slice(at);
}

/** Old clients write names and subjects in their own encoding: usually that of the body. */
async function withUtf8Header(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = headerLength(bytes);
  const header = bytes.subarray(0, end);
  if (header.every((byte) => byte < 0x80)) return bytes;
  const latin = new TextDecoder('latin1').decode(header);
  const charset = /charset\s*=\s*["']?([\w:.-]+)/i.exec(latin)?.[1] ?? '';
  const declared = encoding ?? encodingOf(charset);
  const text =
    tryDecode(header, 'utf-8') ??
    (await decodeLeniently(decodeText, header, declared === 'utf-8' ? null : declared));
  const decoded = encode(text);
  const joined = new Uint8Array(decoded.length + bytes.length - end);
  joined.set(decoded);
  joined.set(bytes.subarray(end), decoded.length);
  return joined;
}

/** The length of the header section, up to its empty line. */
function headerLength(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at + 1] === lf || (bytes[at + 1] === cr && bytes[at + 2] === lf)) return at + 1;
  }
  return bytes.length;
}
