import { type Measured, type SumName, type Sums, type ValueName, valueNames } from './metrics.ts';
import { type BucketCounts, bucketOf, type Figures } from './statistics/index.ts';

/** What is known of a subject: the state in `experiment_subjects.figures`. */
export interface SubjectFigures {
  /** True once one of its runs has ended. */
  readonly is_active?: boolean;
  readonly sums: Sums;
  /** The same sums before its exposure (CUPED); absent until its first run, and for subjects without a past. */
  readonly prior?: Sums;
  readonly values: Readonly<Partial<Record<ValueName, BucketCounts>>>;
}

export const noFigures: SubjectFigures = { sums: {}, values: {} };

/** What a fact adds to the figures of its subject. */
export interface Contribution {
  readonly subject: number;
  readonly sums: Sums;
  readonly values?: Readonly<Partial<Record<ValueName, number | null>>>;
}

/** Adds a fact. Sums that no metric reads are left out. */
export function addContribution(
  figures: SubjectFigures,
  { sums, values = {} }: Contribution,
  wanted: { readonly sums: ReadonlySet<SumName>; readonly values: ReadonlySet<ValueName> },
): SubjectFigures {
  const added: Record<SumName, number> = { ...figures.sums };
  for (const [name, value] of Object.entries(sums))
    if (value !== 0 && wanted.sums.has(name)) added[name] = (added[name] ?? 0) + value;
  const counts = { ...figures.values };
  for (const name of valueNames) {
    const value = values[name];
    if (value == null || !wanted.values.has(name)) continue;
    const bucket = bucketOf(value);
    const before = counts[name] ?? {};
    counts[name] = { ...before, [bucket]: (before[bucket] ?? 0) + 1 };
  }
  return { ...figures, sums: added, values: counts };
}

/** Returns x, y and the same of the time before for a ratio metric. */
export function vectorOf(
  { sums, prior }: SubjectFigures,
  measure: Extract<Measured['measure'], { kind: 'ratio' }>,
): Figures {
  const { x, y } = measure;
  return [
    sums[x] ?? 0,
    y === null ? 1 : (sums[y] ?? 0),
    prior?.[x] ?? 0,
    prior === undefined ? 0 : y === null ? 1 : (prior[y] ?? 0),
  ];
}
