import { type Token, tokensOf } from './words.ts';

/** A piece of text around a hit. */
export interface Snippet {
  readonly text: string;
  /** Ranges of `text` that match a word of the query. */
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
}

/** Characters before the first hit, and of the whole snippet. */
const lead = 60;
const length = 240;

/** The stems of each word of the query, in order. */
const phraseOf = (word: string): string[] => [...tokensOf(word)].map(({ stem }) => stem);

/**
 * Returns the part of a text where the words of a query first occur, cut between words; the
 * beginning of the text when they do not occur.
 */
export function snippetOf(text: string, queried: readonly string[], isCutBefore = false): Snippet {
  const found = rangesOf(text, queried);
  const first = found[0]?.start ?? 0;
  const from = startOf(text, first);
  const to = endOf(text, from, found[0]?.end ?? 0);
  const before = from > 0 || isCutBefore ? '…' : '';
  const shift = before.length - from;
  return {
    text: before + text.slice(from, to).replaceAll(/\s/g, ' ') + (to < text.length ? '…' : ''),
    highlights: found
      .filter(({ end }) => end <= to)
      .map(({ start, end }) => ({ start: start + shift, end: end + shift })),
  };
}

/** Returns the ranges of the matched words, in order, as far as a snippet can reach. */
function rangesOf(text: string, queried: readonly string[]): { start: number; end: number }[] {
  const phrases = queried.map(phraseOf).filter((phrase) => phrase.length > 0);
  const maxLength = Math.max(1, ...phrases.map((phrase) => phrase.length));
  const ranges: { start: number; end: number }[] = [];
  const recent: Token[] = [];
  for (const token of tokensOf(text)) {
    recent.push(token);
    if (recent.length > maxLength) recent.shift();
    const [phrase] = phrases
      .filter((stems) => endsWith(recent, stems))
      .sort((a, b) => b.length - a.length);
    if (phrase !== undefined)
      add(ranges, {
        start: recent[recent.length - phrase.length]?.start ?? token.start,
        end: token.end,
      });
    if (ranges[0] !== undefined && token.start > ranges[0].start + length) break;
  }
  return ranges;
}

const endsWith = (recent: readonly Token[], stems: readonly string[]): boolean =>
  recent.length >= stems.length &&
  stems.every((stem, index) => recent[recent.length - stems.length + index]?.stem === stem);

/** Merges ranges that overlap or touch. */
function add(
  ranges: { start: number; end: number }[],
  range: { start: number; end: number },
): void {
  const last = ranges.at(-1);
  if (last === undefined || range.start > last.end) ranges.push(range);
  else last.end = range.end;
}

function startOf(text: string, first: number): number {
  const wanted = Math.max(0, first - lead);
  if (wanted === 0) return 0;
  const space = text.slice(wanted, first).search(/\s/);
  return space >= 0 ? wanted + space + 1 : whole(text, wanted);
}

function endOf(text: string, from: number, found: number): number {
  const wanted = Math.max(from + length, found);
  if (wanted >= text.length) return text.length;
  const space = text.slice(0, wanted + 1).search(/\s\S*$/);
  return space > Math.max(found - 1, from + length / 2) ? space : whole(text, wanted);
}

/** A cut must not split a surrogate pair. */
const whole = (text: string, at: number): number =>
  /[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at;
