import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import type { Facts } from './count-facts.ts';
import {
  type Cell,
  type CountedPage,
  type SubjectRow,
  selectCells,
  selectSubjects,
  toSubject,
} from './count-store.ts';
import { goodScore } from './facts.ts';
import {
  eventSum,
  type Measured,
  metricsOf,
  reachedSum,
  sumsOf,
  type ValueName,
} from './metrics.ts';
import { readPrior } from './prior.ts';
import { toExperiment } from './schema.ts';
import type { StoredExperiment } from './store.ts';
import {
  addContribution,
  type Contribution,
  noFigures,
  type SubjectFigures,
} from './subject-figures.ts';
import { emptyTotals, replaceInTotals, type Totals } from './totals.ts';

type Timed = Contribution & { readonly at: number; readonly isRun?: boolean };

/** Adds facts to the figures of their subjects and to the totals; what it returns is still to be written. */
export async function tally(
  ctx: Ctx,
  row: StoredExperiment,
  facts: Facts,
  counted_at: number,
): Promise<CountedPage> {
  const metrics = metricsOf(toExperiment(row));
  const counted = contributionsOf(facts);
  const known = new Map(facts.exposures.map((one) => [one.subject, one]));
  const missing = [...new Set(counted.map(({ subject }) => subject))].filter(
    (subject) => !known.has(subject),
  );
  if (missing.length > 0)
    for (const found of await selectSubjects(ctx.db, row.id, missing))
      known.set(found.subject, toSubject(found));
  const subjects = [...known.values()];
  const prior = await readPrior(ctx, row, newcomersOf(subjects, facts), sumsOf(metrics));
  const stops = new Map(row.variants.map(({ id, stopped_at }) => [id, stopped_at]));
  /** False for a subject that was erased, and once its variant was stopped. */
  const counts = ({ subject, at }: { subject: number; at: number }) => {
    const variant = known.get(subject)?.variant_id;
    return variant !== undefined && at <= (stops.get(variant) ?? Number.POSITIVE_INFINITY);
  };
  const after = addUp(metrics, known, counted.filter(counts), prior);
  const changed = subjects.filter(
    ({ subject, figures }) => figures === null || after.get(subject) !== figures,
  );
  const cells = await updateCells(ctx, row, metrics, changed, after);
  return {
    experiment: row,
    ...{ before: facts.before, cursor: facts.cursor, counted_at, cells, late: facts.late },
    subjects: changed.map((one) => ({ ...one, figures: after.get(one.subject) ?? noFigures })),
    ratings: facts.ratings.filter(
      ({ subject, at, score, counted_score }) =>
        subject !== null && score !== counted_score && counts({ subject, at }),
    ),
  };
}

/** Returns what facts add to the sums of their subjects. */
function contributionsOf({ runs, ratings, events, scores, late }: Facts): Timed[] {
  const counted: Timed[] = [];
  for (const { subject, at, latency, first_token, end_user_id: _, id: __, ...sums } of runs)
    if (subject !== null)
      counted.push({ subject, at, sums, values: { latency, first_token }, isRun: true });
  for (const { subject, at, score, counted_score } of ratings)
    if (subject !== null && score !== counted_score)
      counted.push(
        { subject, at, sums: ratingSums(score, 1) },
        ...undo(subject, at, counted_score),
      );
  for (const { subject, at, name, value, is_first } of events)
    if (subject !== null)
      counted.push({
        subject,
        at,
        sums: { [eventSum(name)]: value, [reachedSum(name)]: is_first },
      });
  for (const { subject, at, passed } of scores)
    if (subject !== null) counted.push({ subject, at, sums: { passed, scored: 1 } });
  for (const { kind, subject, score } of late)
    if (kind === 'deleted_rating' && subject !== null) counted.push(...undo(subject, 0, score));
  return counted;
}

const ratingSums = (score: number, sign: 1 | -1) => ({
  score: sign * score,
  good: score >= goodScore ? sign : 0,
  ratings: sign,
});

const undo = (subject: number, at: number, score: number | null): Timed[] =>
  score === null ? [] : [{ subject, at, sums: ratingSums(score, -1) }];

/** Returns the subjects whose first run is counted, with the end user whose past is read. */
function newcomersOf(subjects: readonly SubjectRow[], { runs }: Facts) {
  const users = new Map(runs.map(({ subject, end_user_id }) => [subject, end_user_id]));
  return subjects.flatMap(({ subject, exposed_at, figures }) => {
    const end_user_id = users.get(subject) ?? null;
    return end_user_id === null || figures?.is_active === true
      ? []
      : [{ subject, end_user_id, exposed_at }];
  });
}

/** Returns the figures of subjects after the facts. */
function addUp(
  metrics: readonly Measured[],
  known: ReadonlyMap<number, SubjectRow>,
  counted: readonly Timed[],
  prior: ReadonlyMap<number, SubjectFigures['prior']>,
): Map<number, SubjectFigures> {
  const sums = sumsOf(metrics);
  const values = new Set<ValueName>(
    metrics.flatMap(({ measure }) => (measure.kind === 'quantile' ? [measure.values] : [])),
  );
  const figures = new Map(
    [...known.values()].map((one) => [one.subject, one.figures ?? noFigures]),
  );
  for (const { isRun, ...contribution } of counted) {
    const { subject } = contribution;
    const before = figures.get(subject) ?? noFigures;
    const past = prior.get(subject);
    const start =
      before.is_active === true || isRun !== true
        ? before
        : { ...before, is_active: true, ...(past && { prior: past }) };
    figures.set(subject, addContribution(start, contribution, { sums, values }));
  }
  return figures;
}

async function updateCells(
  { db }: Ctx,
  { id }: StoredExperiment,
  metrics: readonly Measured[],
  changed: readonly SubjectRow[],
  after: ReadonlyMap<number, SubjectFigures>,
): Promise<Cell[]> {
  const keyOf = (one: Pick<Cell, 'variant_id' | 'epoch'>) => `${one.variant_id} ${one.epoch}`;
  const cells = new Map(
    changed.map((one) => [
      keyOf(one),
      { variant_id: one.variant_id, epoch: one.epoch, subjects: 0, sums: emptyTotals() },
    ]),
  );
  if (cells.size === 0) return [];
  const keys = [...cells.values()].map(({ variant_id, epoch }) => ({ variant_id, epoch }));
  const [stored] = await batch(db, [selectCells(db, id, keys)]);
  for (const one of stored) cells.set(keyOf(one), { ...one, sums: JSON.parse(one.sums) as Totals });
  for (const one of changed) {
    const cell = cells.get(keyOf(one));
    if (cell === undefined) continue;
    if (one.figures === null) cell.subjects += 1;
    replaceInTotals(cell.sums, metrics, one.figures, after.get(one.subject) ?? noFigures);
  }
  return [...cells.values()];
}
