import { stemsOf } from '../../shared/stems.ts';
import { isIn, type Term, weightOf } from './evidence.ts';
import { type Focus, hasName, hasQuantity } from './focus.ts';
import { passageStems } from './passage-words.ts';
import type { PassageRow } from './store.ts';

/** The words of a question that count, and what it asks for. */
export interface Question {
  readonly terms: readonly Term[];
  readonly focus: Focus | null;
}

/** How a passage matches a question. */
export interface Match {
  /** Share of the question's weight in the passage, its headings and its file name. */
  readonly share: number;
  /** Largest share within a window of the text. */
  readonly near: number;
  /** Weight of the words found, and of all. */
  readonly found: number;
  readonly total: number;
  /** Number of names and numbers of the question that the passage lacks. */
  readonly missing: number;
  /** True when the text around the best windows has nothing of the kind that the question asks for. */
  readonly lacksFocus: boolean;
}

/** Stems of a window: a sentence or two. */
const windowStems = 60;
/** Stems before and after the words of a window among which an answer is expected. */
const around = 14;
const maxMissing = 2;
/** Windows of the same weight that are searched for an answer. */
const maxWindows = 16;
const tolerance = 1e-9;
const paragraphEnd = '\n\n';

/** Compares a passage with a question. */
export function matchPassage({ focus, ...question }: Question, row: PassageRow): Match {
  const terms = question.terms.filter(({ stems }) => stems.length > 0);
  const { text, heading, file_name } = passageStems(row);
  const all = new Set([...text, ...heading, ...file_name]);
  const total = weightOf(terms);
  const found = weightOf(terms.filter((term) => isIn(term, all)));
  const windows = bestWindows(terms, text);
  return {
    share: shareOf(found, total),
    near: shareOf(windows[0]?.weight ?? 0, total),
    ...{ found, total },
    missing: Math.min(
      maxMissing,
      terms.filter((term) => term.isRequired && !isIn(term, all)).length,
    ),
    lacksFocus: focus !== null && windows.length > 0 && !hasFocus(focus, row.text, windows, terms),
  };
}

function hasFocus(
  focus: Focus,
  text: string,
  windows: readonly Window[],
  terms: readonly Term[],
): boolean {
  const asked = new Set(terms.flatMap(({ stems }) => stems));
  for (const part of contextsOf(text, windows))
    if (focus === 'person' ? hasName(part, asked) : hasQuantity(focus, stemsOf(part), asked))
      return true;
  return false;
}

/** All of it is exactly 1, in whatever order the weights were added. */
const shareOf = (part: number, total: number): number =>
  total === 0 ? 0 : part > total - tolerance ? 1 : part / total;

interface Window {
  readonly weight: number;
  /** Stems from the first of a term to behind the last. */
  readonly start: number;
  readonly end: number;
}

/** Returns the windows with the largest weight of distinct terms, by the first stem of each. */
function bestWindows(terms: readonly Term[], text: readonly string[]): Window[] {
  const weights = new Map<string, number>();
  for (const { stems, idf } of terms)
    if (stems[0] !== undefined) weights.set(stems[0], Math.max(idf, weights.get(stems[0]) ?? 0));
  const places = text.flatMap((stem, at) => (weights.has(stem) ? [{ stem, at }] : []));
  const counts = new Map<string, number>();
  let best: Window[] = [];
  let weight = 0;
  let first = 0;
  for (const { stem, at } of places) {
    const count = counts.get(stem) ?? 0;
    if (count === 0) weight += weights.get(stem) ?? 0;
    counts.set(stem, count + 1);
    for (let left = places[first]; left !== undefined; left = places[first]) {
      const count = counts.get(left.stem) ?? 0;
      if (count === 1 && at - left.at < windowStems) break;
      counts.set(left.stem, count - 1);
      if (count === 1) weight -= weights.get(left.stem) ?? 0;
      first += 1;
    }
    const largest = best[0]?.weight ?? 0;
    if (weight > largest + tolerance) best = [];
    if (weight > largest - tolerance && best.length < maxWindows)
      best.push({ weight, start: places[first]?.at ?? at, end: at + 1 });
  }
  return best;
}

/** Yields the part of a text around each window of its stems, within the same paragraphs. */
function* contextsOf(text: string, windows: readonly Window[]): Generator<string> {
  let at = 0;
  const parts = [...text.matchAll(/\S+/g)].map(({ 0: part, index }) => {
    at += stemsOf(part).length;
    return { at, index, end: index + part.length };
  });
  const partAt = (stem: number) => parts.find((part) => part.at > stem) ?? parts.at(-1);
  for (const { start, end } of windows) {
    const [first, last] = [partAt(start)?.index ?? 0, partAt(end - 1)?.end ?? text.length];
    yield text.slice(
      Math.max(partAt(start - around)?.index ?? 0, text.lastIndexOf(paragraphEnd, first) + 1),
      Math.min(partAt(end + around)?.end ?? text.length, endOfParagraph(text, last)),
    );
  }
}

/** Returns the end of the paragraph at an offset, and behind a heading the end of the next one. */
function endOfParagraph(text: string, offset: number): number {
  const end = text.indexOf(paragraphEnd, offset);
  if (end < 0) return text.length;
  const line = text.slice(text.lastIndexOf('\n', offset) + 1, end);
  return line.startsWith('#') ? endOfParagraph(text, end + paragraphEnd.length + 1) : end;
}
