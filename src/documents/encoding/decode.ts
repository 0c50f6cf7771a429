import { DocumentFault } from '../fault.ts';
import { guessEncoding } from './guess.ts';
import { unmarkedUtf16 } from './utf16.ts';

/** Returns null for bytes that are invalid in the encoding. */
export const tryDecode = (bytes: Uint8Array, label: string): string | null => {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
};

/**
 * Returns the standard name for any label of an encoding (Encoding Standard, "Names and labels");
 * null for unknown labels, `replacement` and `x-user-defined`.
 */
export function encodingOf(label: string): string | null {
  try {
    const { encoding } = new TextDecoder(label.trim());
    return encoding === 'replacement' || encoding === 'x-user-defined' ? null : encoding;
  } catch {
    return null;
  }
}

const boms: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const bomOf = (bytes: Uint8Array): string | null =>
  boms.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0] ?? null;

const undecidable = () =>
  new DocumentFault(
    'unknown_encoding',
    'The character encoding of the file cannot be determined. Save it as UTF-8, or upload it to a knowledge base with the field `encoding`, for example `windows-1250`.',
  );

const misnamed = (encoding: string) =>
  new DocumentFault(
    'unknown_encoding',
    `The file is not valid ${encoding}. Save it as UTF-8, or set the field \`encoding\` to its actual encoding.`,
  );

/**
 * Decodes a file without an encoding declaration: by its byte order mark, else as `encoding` names
 * it, else as UTF-8, UTF-16, or the most probable legacy encoding. Throws `unknown_encoding` when
 * none is clear.
 */
export async function decodeText(
  bytes: Uint8Array,
  encoding: string | null = null,
): Promise<string> {
  const known = bomOf(bytes) ?? encoding;
  if (known !== null) return decodeAs(bytes, known);
  if (isIso2022Jp(bytes)) return decodeAs(bytes, 'iso-2022-jp');
  return (
    decodeUnmarkedUtf16(bytes) ??
    tryDecode(withoutCutEnd(bytes), 'utf-8') ??
    (await decodeLegacy(bytes))
  );
}

/**
 * Decodes an HTML page (HTML Standard, "Determining the character encoding"): byte order mark,
 * transport, declaration in the page, else as `decodeText`. A page that is valid UTF-8 overrules
 * its declaration, since many pages are saved as UTF-8 with an outdated one. Throws
 * `unknown_encoding`.
 */
export async function decodeHtml(
  bytes: Uint8Array,
  transport: string | null = null,
): Promise<string> {
  const declared = await declaredEncoding(bytes, transport);
  if (declared === null) return decodeText(bytes);
  const isCertain = bomOf(bytes) !== null || transport !== null || declared === 'utf-8';
  const utf8 = isCertain ? null : tryDecode(bytes, 'utf-8');
  if (utf8 !== null && (utf8.match(/\P{ASCII}/gu)?.length ?? 0) >= minUtf8) return utf8;
  const text = new TextDecoder(declared).decode(bytes);
  return isDamaged(text) && transport === null ? decodeText(bytes) : text;
}

/** Number of non-ASCII characters from which valid UTF-8 is not a coincidence. */
const minUtf8 = 4;

async function declaredEncoding(
  bytes: Uint8Array,
  transport: string | null,
): Promise<string | null> {
  const { default: sniff } = await import('html-encoding-sniffer');
  const unknown = 'x-user-defined';
  const options = { transportLayerEncodingLabel: transport ?? undefined, defaultEncoding: unknown };
  const isXml = /^\s*<\?xml/.test(new TextDecoder('latin1').decode(bytes.subarray(0, 100)));
  const declared = sniff(bytes, options);
  return encodingOf(
    declared === unknown && isXml ? sniff(bytes, { ...options, xml: true }) : declared,
  );
}

/** True when more than 1 % of the characters are invalid in the encoding. */
const isDamaged = (text: string) => (text.split('\ufffd').length - 1) * 100 > text.length;

/** A few invalid bytes, such as a truncated end, become U+FFFD; more indicate another encoding. */
function decodeAs(bytes: Uint8Array, encoding: string): string {
  const text = new TextDecoder(encoding).decode(bytes);
  if (isDamaged(text)) throw misnamed(encoding);
  return text;
}

/** Removes a truncated character at the end. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back < bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0)
      return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) && bytes.length > 1000
        ? bytes.subarray(0, -back)
        : bytes;
  }
  return bytes;
}

/** Tests for the Kanji escape sequences of ISO-2022-JP in ASCII bytes. */
function isIso2022Jp(bytes: Uint8Array): boolean {
  if (!bytes.includes(0x1b) || bytes.some((byte) => byte > 0x7f)) return false;
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 100_000));
  return text.includes('\u001b$B') || text.includes('\u001b$@');
}

/** Runs before UTF-8: Latin text in UTF-16 is valid UTF-8, too. */
function decodeUnmarkedUtf16(bytes: Uint8Array): string | null {
  const encoding = bytes.length % 2 === 0 ? unmarkedUtf16(bytes) : null;
  return encoding === null ? null : tryDecode(bytes, encoding);
}

async function decodeLegacy(bytes: Uint8Array): Promise<string> {
  if (bytes.includes(0)) throw undecidable();
  const text = await guessEncoding(bytes);
  if (text === null) throw undecidable();
  return text;
}
