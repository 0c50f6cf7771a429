/**
 * Detects UTF-16 without a byte order mark: every second byte is one that is rare in other text
 * (zero for Latin, 4 for Cyrillic letters), and only one byte order yields characters of few
 * scripts. Returns null for other content.
 */
export function unmarkedUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const marks = bytes.reduce(
    (sum, byte) => (byte < 0x20 && !isWhiteSpace(byte) ? sum + 1 : sum),
    0,
  );
  // Occasional control bytes indicate binary content.
  if (
    marks < 2 ||
    marks * 50 < bytes.length ||
    (marks * 5 < bytes.length && bytes.every((byte) => byte < 0x80))
  )
    return null;
  const length = Math.min(bytes.length, 200_000);
  const even = bytes.subarray(0, length - (length % 2));
  const [left, right] = [orderScore(even, 'utf-16le'), orderScore(even, 'utf-16be')];
  if (Math.max(left, right) === 0 || left === right) return null;
  return left > right ? 'utf-16le' : 'utf-16be';
}

const isWhiteSpace = (byte: number) => (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b;

/** Returns 0 for characters that do not form text, else the share of ASCII characters. */
function orderScore(bytes: Uint8Array, encoding: string): number {
  const text = new TextDecoder(encoding).decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no text has them.
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u0080-\u009f\ufffe\uffff\p{Cn}\p{Co}]/u.test(text))
    return 0;
  const blocks = new Map<number, number>();
  for (const letter of text) {
    const high = (letter.codePointAt(0) ?? 0) >> 8;
    const block = high >= 0x34 && high <= 0x9f ? 0x4e : high >= 0xac && high <= 0xd7 ? 0xac : high;
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  const few = [...blocks.values()].sort((a, b) => b - a).slice(0, 4);
  const ascii = text.match(/\p{ASCII}/gu)?.length ?? 0;
  return few.reduce((sum, count) => sum + count, 0) >= text.length * 0.85 ? ascii / text.length : 0;
}
