import { format, getFormatInfo } from 'numfmt';

/**
 * Codes of built-in formats (ECMA-376, 18.8.30). Excel shows dates of 14 and 22, and those of East Asia,
 * as the computer of the reader does: they are written by ISO 8601.
 */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  5: '$#,##0_);($#,##0)',
  6: '$#,##0_);($#,##0)',
  7: '$#,##0.00_);($#,##0.00)',
  8: '$#,##0.00_);($#,##0.00)',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  32: 'h:mm:ss',
  33: 'h:mm:ss',
  37: '#,##0_);(#,##0)',
  38: '#,##0_);(#,##0)',
  39: '#,##0.00_);(#,##0.00)',
  40: '#,##0.00_);(#,##0.00)',
  41: '#,##0_);(#,##0);"-"_);@_)',
  42: '$#,##0_);($#,##0);"-"_);@_)',
  43: '#,##0.00_);(#,##0.00);"-"??_);@_)',
  44: '$#,##0.00_);($#,##0.00);"-"??_);@_)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
};

/** Returns the code of a built-in format; `General` for one without a code. */
export const builtInFormat = (id: number): string =>
  builtIn[id] ?? ((id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? 'yyyy-mm-dd' : 'General');

/** Formats that Excel shows as the system does, with a code only for other programs. */
const systemFormats: readonly (readonly [RegExp, string])[] = [
  [/^\[\$-F800\]/i, 'yyyy-mm-dd'],
  [/^\[\$-F400\]/i, 'h:mm:ss'],
];

const maxCodeLength = 500;
const daysTo1904 = 1462;

/** True for codes of dates and times of day; not for elapsed time. */
export const isDateFormat = (code: string): boolean =>
  code.length <= maxCodeLength && !/\[[hms]+\]/i.test(code) && getFormatInfo(code).isDate;

/**
 * Writes a value as a number format shows it (ECMA-376, 18.8.31). Numbers without a format keep the
 * 15 digits that a spreadsheet has.
 */
export function formatNumber(value: number, code: string, is1904 = false): string {
  if (/^general$/i.test(code) || code === '' || code.length > maxCodeLength)
    return plainNumber(value);
  const shown = systemFormats.find(([pattern]) => pattern.test(code))?.[1] ?? code;
  try {
    const offset = is1904 && isDateFormat(shown) ? daysTo1904 : 0;
    const text = showNumber(shown, value + offset);
    return text.replaceAll(/\s+/g, ' ').trim();
  } catch {
    return plainNumber(value);
  }
}

/** Text, escaped characters, fillers and conditions of a code. */
const literals = /"[^"]*"|[\\_*].|\[[^\]]*\]/g;
const write = (code: string, value: number) => format(code, value, { dateSpanLarge: false });

/**
 * `numfmt` carries a fraction into the integer and shows both: 2.999 as `3 1/1`. It fills the integer part of a zero in
 * scientific notation: `000.0E+0`.
 */
function showNumber(code: string, value: number): string {
  if (value === 0)
    return write(code.replaceAll(/[#?][#?,0]*(?=(?:\.[#?0]*)?E[+-])/gi, oneDigit), 0);
  if (!code.includes('/')) return write(code, value);
  const bare = code.replaceAll(literals, ' ');
  if (!/[#?0] *\/ *[#?\d]/.test(bare)) return write(code, value);
  const scale = 100 ** (bare.split('%').length - 1);
  const whole = Math.round(value * scale) / scale;
  // Differences below all denominators, of which `numfmt` shows the tiniest as `1/1`.
  const isWhole = Math.abs(value - whole) < 1e-9;
  const isCarried = /\d\D+?(\d+) *\/ *\1(?!\d)/.test(write(bare, value));
  return write(code, isWhole || isCarried ? whole : value);
}

const oneDigit = (digits: string) => digits.replace(/^[#?,]+(?=.)/, '');

/** Writes a text as a number format shows it: `"Dr. "@`. */
export function formatText(text: string, code: string): string {
  if (!code.includes('@') && !code.includes(';')) return text;
  try {
    return format(code, text);
  } catch {
    return text;
  }
}

export const plainNumber = (value: number): string =>
  String(Number(value.toPrecision(15))).replace('e', 'E');
