import { estimateTokens } from '../../shared/tokens.ts';

/**
 * Smallest piece that is not split: a paragraph, a table row, a block or line of code, or a
 * sentence of a long paragraph.
 */
export interface Unit {
  readonly start: number;
  readonly end: number;
  /** Estimated tokens of the piece and the white space before it. */
  readonly tokens: number;
  readonly kind: 'heading' | 'prose' | 'row' | 'code';
  /**
   * Header row of the table that a row belongs to; null for other units and for the header itself.
   */
  readonly header: string | null;
}

/** Text under one heading. */
export interface Section {
  /** Titles from the outermost heading to this one. */
  readonly path: readonly string[];
  readonly units: readonly Unit[];
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Block {
  readonly kind: 'heading' | 'prose' | 'table' | 'code';
  readonly lines: readonly Line[];
}

const heading = /^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*$/;
const fence = /^ {0,3}(```+|~~~+)/;
const tableLine = /^ {0,3}\|/;
const tableRule = /^[\s|:-]+$/;
const setextRule = /^ {0,3}(=+|-{2,})[ \t]*$/;

/**
 * Splits a document into sections with units of at most `maxTokens` each. Linear in the length of
 * the text.
 */
export function readSections(text: string, isMarkdown: boolean, maxTokens: number): Section[] {
  const sections: { path: string[]; units: Unit[] }[] = [{ path: [], units: [] }];
  const open: { level: number; title: string }[] = [];
  let before = 0;
  for (const block of readBlocks(text, isMarkdown)) {
    if (block.kind === 'heading') {
      const { level, title } = readHeading(block);
      while ((open.at(-1)?.level ?? 0) >= level) open.pop();
      open.push({ level, title });
      sections.push({ path: open.map((entry) => entry.title), units: [] });
    }
    for (const unit of readUnits(text, block, maxTokens, before)) {
      sections.at(-1)?.units.push(unit);
      before = unit.end;
    }
  }
  return sections.filter((section) => section.units.length > 0);
}

function* readLines(text: string): Generator<Line> {
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    yield { start, end, text: text.slice(start, end) };
    start = end + 1;
  }
}

function* readBlocks(text: string, isMarkdown: boolean): Generator<Block> {
  let prose: Line[] = [];
  let held: { kind: 'table' | 'code'; lines: Line[]; fence: string } | null = null;
  for (const line of readLines(text)) {
    if (held?.kind === 'code') {
      held.lines.push(line);
      if (line.text.trim().startsWith(held.fence)) {
        yield held;
        held = null;
      }
      continue;
    }
    const isTable = isMarkdown && tableLine.test(line.text);
    if (held !== null && !isTable) {
      yield held;
      held = null;
    }
    if (held !== null) {
      held.lines.push(line);
      continue;
    }
    const kind = isMarkdown ? kindOfLine(line, prose) : 'prose';
    const isBlank = line.text.trim() === '';
    if ((kind !== 'prose' || isBlank) && kind !== 'setext' && prose.length > 0) {
      yield { kind: 'prose', lines: prose };
      prose = [];
    }
    if (isBlank) continue;
    if (kind === 'heading') yield { kind, lines: [line] };
    else if (kind === 'setext') {
      yield { kind: 'heading', lines: [...prose, line] };
      prose = [];
    } else if (kind === 'prose') prose.push(line);
    else held = { kind, lines: [line], fence: fence.exec(line.text)?.[1] ?? '' };
  }
  if (held !== null) yield held;
  if (prose.length > 0) yield { kind: 'prose', lines: prose };
}

function kindOfLine(
  { text }: Line,
  prose: readonly Line[],
): 'heading' | 'setext' | 'table' | 'code' | 'prose' {
  if (heading.test(text)) return 'heading';
  if (prose.length === 1 && setextRule.test(text)) return 'setext';
  if (tableLine.test(text)) return 'table';
  return fence.test(text) ? 'code' : 'prose';
}

function readHeading({ lines }: Block): { level: number; title: string } {
  const [first, rule] = lines;
  const match = heading.exec(first?.text ?? '');
  const title = (match?.[2] ?? first?.text ?? '').trim().slice(0, 200);
  return { level: match?.[1]?.length ?? (rule?.text.includes('=') ? 1 : 2), title };
}

function readUnits(text: string, block: Block, maxTokens: number, before: number): Unit[] {
  const { kind, lines } = block;
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (kind === 'table') return readRows(text, lines, maxTokens, before);
  const whole = { start: first.start, end: last.end };
  if (kind === 'code' && estimateTokens(text.slice(before, last.end)) > maxTokens) {
    return toUnits(text, lines, 'code', null, maxTokens, before);
  }
  return toUnits(text, [whole], kind, null, maxTokens, before);
}

function readRows(text: string, lines: readonly Line[], maxTokens: number, before: number): Unit[] {
  const hasHeader = lines.length > 1 && tableRule.test(lines[1]?.text ?? '');
  const bodyStart = hasHeader ? 2 : 0;
  // A table without column names has an empty header row.
  const header = hasHeader ? readCells(lines[0]?.text ?? '') || null : null;
  const head = toUnits(text, lines.slice(0, bodyStart), 'row', null, maxTokens, before);
  return [
    ...head,
    ...toUnits(text, lines.slice(bodyStart), 'row', header, maxTokens, head.at(-1)?.end ?? before),
  ];
}

const readCells = (row: string): string =>
  row
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter(Boolean)
    .join(' | ')
    .slice(0, 300);

type Span = Pick<Unit, 'start' | 'end'>;

function toUnits(
  text: string,
  spans: readonly Span[],
  kind: Unit['kind'],
  header: string | null,
  maxTokens: number,
  before: number,
): Unit[] {
  const units: Unit[] = [];
  let last = before;
  for (const span of spans) {
    for (const { start, end } of splitSpan(text, span, maxTokens)) {
      if (text.slice(start, end).trim() === '') continue;
      units.push({ start, end, tokens: estimateTokens(text.slice(last, end)), kind, header });
      last = end;
    }
  }
  return units;
}

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
/** Characters per call of the sentence segmenter. */
const window = 20_000;

function* splitSpan(text: string, { start, end }: Span, maxTokens: number): Generator<Span> {
  if (estimateTokens(text.slice(start, end)) < maxTokens) {
    yield { start, end };
    return;
  }
  for (let from = start; from < end; ) {
    const to = cutBefore(text, from, Math.min(end, from + window), end);
    for (const { index, segment } of sentences.segment(text.slice(from, to))) {
      yield* splitLong(
        text,
        { start: from + index, end: from + index + segment.length },
        maxTokens,
      );
    }
    from = to;
  }
}

/** Splits a long sentence at white space, or anywhere if it has none. */
function* splitLong(text: string, { start, end }: Span, maxTokens: number): Generator<Span> {
  for (let from = start; from < end; ) {
    let to = Math.min(end, from + maxTokens * 4);
    // Strictly below the limit: the white space before a piece counts as well.
    for (
      let tokens = estimateTokens(text.slice(from, to));
      tokens >= maxTokens;
      tokens = estimateTokens(text.slice(from, to))
    ) {
      to =
        from +
        Math.max(1, Math.min(to - from - 1, Math.floor(((to - from) * (maxTokens - 1)) / tokens)));
      if (to - from === 1) break;
    }
    to = cutBefore(text, from, to, end);
    yield { start: from, end: to };
    from = to;
  }
}

/**
 * Returns the last position at or before `to` after white space, else one that does not split a
 * surrogate pair.
 */
function cutBefore(text: string, from: number, to: number, end: number): number {
  if (to >= end) return end;
  for (let at = to; at > from + (to - from) / 2; at -= 1)
    if (/\s/.test(text.charAt(at - 1))) return at;
  return isInsidePair(text, to) ? (to - 1 > from ? to - 1 : to + 1) : to;
}

export const isInsidePair = (text: string, at: number): boolean =>
  at > 0 &&
  at < text.length &&
  (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
  (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
