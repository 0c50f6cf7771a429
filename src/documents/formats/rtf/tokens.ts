/** A token of RTF (Rich Text Format specification 1.9.1, "RTF syntax"). */
export type Token =
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'word'; readonly name: string; readonly value: number | null }
  /** A control symbol, such as `~` or `*`. */
  | { readonly kind: 'symbol'; readonly name: string }
  /** Text in the encoding of its font. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

const [backslash, open, close, quote, minus, space] = [0x5c, 0x7b, 0x7d, 0x27, 0x2d, 0x20];
const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isBreak = (byte: number) => byte === 0x0a || byte === 0x0d || byte === 0;
const maxDigits = 10;
const maxName = 32;

/** Yields the tokens of a file in linear time. Binary data (`\bin`) is skipped. */
export function* tokensOf(bytes: Uint8Array): Generator<Token> {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === open || byte === close) {
      at += 1;
      yield byte === open ? { kind: 'open' } : { kind: 'close' };
    } else if (isBreak(byte)) at += 1;
    else if (byte !== backslash) {
      const start = at;
      while (at < bytes.length && isText(bytes[at] ?? 0)) at += 1;
      yield { kind: 'bytes', bytes: bytes.subarray(start, at) };
    } else if (isLetter(bytes[at + 1] ?? 0)) {
      const word = readWord(bytes, at + 1);
      at = word.end;
      if (word.name === 'bin') at += Math.max(0, word.value ?? 0);
      else yield { kind: 'word', name: word.name, value: word.value };
    } else if (bytes[at + 1] === quote) {
      const digits = String.fromCharCode(bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
      at += 4;
      if (/^[\da-f]{2}$/i.test(digits))
        yield { kind: 'bytes', bytes: Uint8Array.of(Number.parseInt(digits, 16)) };
    } else {
      const symbol = bytes[at + 1] ?? 0;
      at += 2;
      // An escaped line end is a paragraph.
      if (isBreak(symbol)) yield { kind: 'word', name: 'par', value: null };
      else yield { kind: 'symbol', name: String.fromCharCode(symbol) };
    }
  }
}

const isText = (byte: number) =>
  byte !== backslash && byte !== open && byte !== close && !isBreak(byte);

function readWord(bytes: Uint8Array, start: number) {
  let at = start;
  while (isLetter(bytes[at] ?? 0) && at - start < maxName) at += 1;
  const name = String.fromCharCode(...bytes.subarray(start, at));
  const sign = bytes[at] === minus && isDigit(bytes[at + 1] ?? 0) ? 1 : 0;
  const digits = at + sign;
  let end = digits;
  while (isDigit(bytes[end] ?? 0) && end - digits < maxDigits) end += 1;
  const value = end === digits ? null : Number(String.fromCharCode(...bytes.subarray(at, end)));
  return { name, value, end: bytes[end] === space ? end + 1 : end };
}
