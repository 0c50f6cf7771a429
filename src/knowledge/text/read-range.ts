/** True for the first half of a surrogate pair. */
const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/** A part of a text with the offset of its first code unit. */
export interface TextRange {
  readonly from: number;
  readonly text: string;
}

/**
 * Reads code units [`from`, `to`) of a UTF-8 stream, in memory for these only. Bounds inside a surrogate pair
 * move behind it.
 */
export async function readRange(
  body: ReadableStream<Uint8Array>,
  from: number,
  to: number,
): Promise<TextRange> {
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  let at = 0;
  let text = '';
  // One unit more tells whether the end is inside a pair.
  for await (const bytes of body) {
    const piece = decoder.decode(bytes, { stream: true });
    text += piece.slice(Math.max(0, from - at), Math.max(0, to + 1 - at));
    at += piece.length;
    if (at > to) break;
  }
  const end = isHigh(text.charCodeAt(to - from - 1)) ? to + 1 : to;
  const start = isLow(text.charCodeAt(0)) ? 1 : 0;
  return { from: from + start, text: text.slice(start, end - from) };
}
