/** Reads a number as people write it: `1,234.50`, `1 234,50 €` with `decimal: ','`, `(12)` and `12 %`; null when it is none. */
export function parseNumber(
  text: unknown,
  { decimal = '.' }: { decimal?: '.' | ',' } = {},
): number | null {
  if (typeof text === 'number') return text;
  const isNegative = /^\s*\(.*\)\s*$/.test(String(text));
  const plain = String(text)
    .replace(decimal === ',' ? /\./g : /,/g, '')
    .replace(',', '.')
    .replace(/[\s\u00a0\u202f'’_()]/g, '')
    .replace(/^[^\d.+-]+|[^\d.]+$/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  const value = Number(plain) / (/%\s*$/.test(String(text)) ? 100 : 1);
  return isNegative ? -value : value;
}

/** A number in any notation, with a sign, a percent sign, a currency sign or a currency code. */
const numeric =
  /^(?:[A-Z]{3}\s?)?[\s\d.,'’_()+%\p{Sc}-]*\d[\s\d.,'’_()+%\p{Sc}-]*(?:\s?[A-Z]{3})?$/u;

/** Longer texts are no numbers; it bounds the time of the pattern. */
const maxChars = 40;

/** Returns a number, or null for a value that is none. Throws a `TypeError` for a number that is text: without it a sum would be wrong. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value !== 'string' || value.length > maxChars || !numeric.test(value)) return null;
  const decimal = /\d,\d{1,2}\D*$|\..*,/.test(value) ? ',' : '.';
  if (parseNumber(value, { decimal }) === null) return null;
  const options = decimal === ',' ? ", { decimal: ',' }" : '';
  throw new TypeError(
    `"${value}" is text, not a number. Convert the column first, with parseNumber(text${options})`,
  );
}
