import { stemsOf } from '../../shared/stems.ts';
import { isIn, type Term, weightOf } from './evidence.ts';
import { type Focus, hasName, hasQuantity } from './focus.ts';
import { passageStems } from './passage-stems.ts';
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
  /** True when the text around the best window has nothing of the kind that the question asks for. */
  readonly lacksFocus: boolean;
}

/** Stems of a window: a sentence or two. */
const windowStems = 60;
/** Stems before and after the words of the best window in which an answer is expected. */
const around = 14;
const maxMissing = 2;

/** Compares a passage with a question. */
export function matchPassage({ focus, ...question }: Question, row: PassageRow): Match {
  const terms = question.terms.filter(({ stems }) => stems.length > 0);
  const { text, heading, file_name } = passageStems(row);
  const all = new Set([...text, ...heading, ...file_name]);
  const total = weightOf(terms);
  const found = weightOf(terms.filter((term) => isIn(term, all)));
  const window = bestWindow(terms, text);
  return {
    share: total === 0 ? 0 : found / total,
    near: total === 0 ? 0 : window.weight / total,
    ...{ found, total },
    missing: Math.min(
      maxMissing,
      terms.filter((term) => term.isRequired && !isIn(term, all)).length,
    ),
    lacksFocus:
      focus !== null &&
      window.weight > 0 &&
      !hasFocus(focus, row.text, text, window, new Set(terms.flatMap(({ stems }) => stems))),
  };
}

interface Window {
  readonly weight: number;
  readonly start: number;
  readonly end: number;
}

/** Returns the shortest window with the largest weight of distinct terms, by the first stem of each. */
function bestWindow(terms: readonly Term[], text: readonly string[]): Window {
  const weights = new Map<string, number>();
  for (const { stems, idf } of terms)
    if (stems[0] !== undefined) weights.set(stems[0], Math.max(idf, weights.get(stems[0]) ?? 0));
  const places = text.flatMap((stem, at) => (weights.has(stem) ? [{ stem, at }] : []));
  const counts = new Map<string, number>();
  let best: Window = { weight: 0, start: 0, end: 0 };
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
    const start = places[first]?.at ?? at;
    const isShorter = weight > best.weight - 1e-9 && at + 1 - start < best.end - best.start;
    if (weight > best.weight + 1e-9 || isShorter) best = { weight, start, end: at + 1 };
  }
  return best;
}

function hasFocus(
  focus: Focus,
  text: string,
  stems: readonly string[],
  window: Window,
  asked: ReadonlySet<string>,
): boolean {
  const [start, end] = [Math.max(0, window.start - around), window.end + around];
  return focus === 'person'
    ? hasName(originalOf(text, start, end), asked)
    : hasQuantity(focus, stems.slice(start, end), asked);
}

/** Returns the part of a text that has the stems from `start` to `end`, to the next white space. */
function originalOf(text: string, start: number, end: number): string {
  let at = 0;
  let from: number | null = null;
  for (const { 0: part, index } of text.matchAll(/\S+\s*/g)) {
    at += stemsOf(part).length;
    if (from === null && at > start) from = index;
    if (at >= end) return text.slice(from ?? index, index + part.length);
  }
  return text.slice(from ?? text.length);
}
