import { foldCase, plainText } from './plain-text.ts';

/** A number in a text, with every value that it can be read as. */
export interface FoundNumber {
  readonly text: string;
  readonly values: readonly number[];
  readonly before: string;
  readonly after: string;
}

export type DecimalSeparator = 'auto' | '.' | ',';

/** Numbers that one text is searched for. */
const maxNumbers = 500;
/** The digit 0 of scripts whose digits NFKC keeps. */
const zeros = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
  0xf20, 0x1040, 0x17e0, 0x1810,
];

function asciiDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = zeros.find((one) => code >= one && code < one + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}

/** Groups of three, as `1 234`, `1'234`, or `1,23,456`; a full stop or comma at the end is punctuation. */
const token =
  /(?<![\p{L}\d])(?:(?<![\d)]\s?)-)?(?:\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?|\d+(?:[.,\u066b\u066c]\d+)*|[.,]\d+)(?:[eE][+-]?\d{1,3}(?![\p{L}\d]))?/gu;

const scales: readonly (readonly [RegExp, number])[] = [
  [/^(?:thousand|tausend|mille|mil|k)(?!\p{L})/u, 1e3],
  [/^(?:millions?|millionen|millones|mio|mln|m)(?!\p{L})/u, 1e6],
  [/^(?:billions?|milliarden?|milliards?|mrd|bn)(?!\p{L})/u, 1e9],
];

/** Returns the numbers in a text, in its order. Markers of citations are not among them. */
export function readNumbers(text: string, separator: DecimalSeparator = 'auto'): FoundNumber[] {
  const plain = asciiDigits(plainText(text));
  const found: FoundNumber[] = [];
  for (const match of plain.matchAll(token)) {
    if (found.length >= maxNumbers) break;
    const [written] = match;
    const before = foldCase(plain.slice(Math.max(0, match.index - 24), match.index)).trimEnd();
    const after = foldCase(
      plain.slice(match.index + written.length, match.index + written.length + 24),
    ).trimStart();
    const values = valuesOf(written, separator);
    const scale = scales.find(([pattern]) => pattern.test(after))?.[1];
    const scaled = scale === undefined ? [] : values.map((value) => value * scale);
    if (values.length > 0)
      found.push({ text: written, values: [...values, ...scaled], before, after });
  }
  return found;
}

/** Returns every value that a written number can have; two for 1.234, which is read in both ways. */
function valuesOf(written: string, separator: DecimalSeparator): number[] {
  const text = written.replaceAll('\u066b', '.').replaceAll('\u066c', ',').replaceAll(/[ ']/g, '');
  const readings = separator === 'auto' ? decimalsOf(text) : [separator];
  const values = readings.map((decimal) => {
    const group = decimal === '.' ? ',' : '.';
    return Number(text.replaceAll(group, '').replace(decimal, '.'));
  });
  return [...new Set(values.filter(Number.isFinite))];
}

/** Returns the decimal separators that a number can have. */
function decimalsOf(text: string): readonly ('.' | ',')[] {
  const dots = text.split('.').length - 1;
  const commas = text.split(',').length - 1;
  if (dots > 0 && commas > 0) return [text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ','];
  if (dots > 1) return [','];
  if (commas > 1) return ['.'];
  if (/^-?[1-9]\d{0,2}[.,]\d{3}(?!\d)/.test(text)) return ['.', ','];
  return [commas === 1 ? ',' : '.'];
}

const synonyms: readonly (readonly string[])[] = [
  ['%', 'percent', 'per cent', 'prozent', 'pour cent', 'por ciento', 'per cento'],
  ['$', 'usd', 'us$', 'dollar', 'dollars'],
  ['€', 'eur', 'euro', 'euros'],
  ['£', 'gbp', 'pound', 'pounds'],
  ['chf', 'fr.', 'franken', 'francs'],
];

/** Returns true if a unit or currency, or another name of it, stands beside the number. */
export function hasUnit({ before, after }: FoundNumber, unit: string): boolean {
  const plain = foldCase(plainText(unit));
  const names = synonyms.find((some) => some.includes(plain)) ?? [plain];
  const isLetter = (character: string | undefined) => /\p{L}/u.test(character ?? '');
  return names.some(
    (name) =>
      (after.startsWith(name) && !(isLetter(name.at(-1)) && isLetter(after[name.length]))) ||
      (before.endsWith(name) &&
        !(isLetter(name[0]) && isLetter(before[before.length - name.length - 1]))),
  );
}
