import { others, topKind } from './dimensions.ts';
import { Figures, type StoredFigures } from './figures.ts';
import { readMetric } from './kinds.ts';
import { cost } from './metrics/cost.ts';
import { runs } from './metrics/usage.ts';

/** Figures by value of a dimension. */
export type Slices = Map<string, Figures>;

export function mergeSlices(into: Slices, slices: Slices): void {
  for (const [value, figures] of slices) {
    const mine = into.get(value) ?? new Figures();
    mine.merge(figures);
    into.set(value, mine);
  }
}

/** The values that a row of a dimension keeps apart; of `top`, as many of each kind. */
const kept = 100;

/** Keeps the values that cost most, then ran most, and merges the rest into one. */
export function capSlices(slices: Slices): Slices {
  const kinds = Map.groupBy(
    [...slices].filter(([value]) => value !== others),
    ([value]) => topKind(value),
  );
  if ([...kinds.values()].every((list) => list.length <= kept)) return slices;
  const capped: Slices = new Map();
  for (const [kind, list] of kinds) {
    list.sort(
      ([a, one], [b, two]) =>
        readMetric(two, cost) - readMetric(one, cost) ||
        readMetric(two, runs) - readMetric(one, runs) ||
        (a < b ? -1 : 1),
    );
    for (const [value, figures] of list.slice(0, kept)) capped.set(value, figures);
    // The calls of an end user are in a session too: the rest is made of sessions alone.
    if (kind === 'session')
      for (const [, figures] of list.slice(kept)) mergeSlices(capped, new Map([[others, figures]]));
  }
  const before = slices.get(others);
  if (before !== undefined) mergeSlices(capped, new Map([[others, before]]));
  if (!capped.has(others)) capped.set(others, new Figures());
  return capped;
}

/** The figures of all values together. */
export function totalOf(parts: readonly Slices[]): Figures {
  const total = new Figures();
  for (const slices of parts) for (const figures of slices.values()) total.merge(figures);
  return total;
}

export const writeSlices = (slices: Slices): string =>
  JSON.stringify(Object.fromEntries([...slices].sort(([a], [b]) => (a < b ? -1 : 1))));

type StoredSlices = Readonly<Record<string, StoredFigures>>;

const toSlices = (stored: StoredSlices): Slices =>
  new Map(Object.entries(stored).map(([value, some]) => [value, Figures.from(some)]));

export const readSlices = (text: string): Slices => toSlices(JSON.parse(text) as StoredSlices);

/** Slices by the number of their quarter, 0..3. */
export const readQuarters = (text: string): [number, Slices][] =>
  Object.entries(JSON.parse(text) as Record<string, StoredSlices>).map(([index, stored]) => [
    Number(index),
    toSlices(stored),
  ]);
