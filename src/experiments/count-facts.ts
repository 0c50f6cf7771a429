import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { type CountCursor, type SubjectRow, selectExposures, toSubject } from './count-store.ts';
import {
  type EventFact,
  type LateFact,
  type Position,
  type RatingFact,
  type RunFact,
  type ScoreFact,
  selectEventFacts,
  selectLateFacts,
  selectRatingFacts,
  selectRunFacts,
  selectScoreFacts,
} from './facts.ts';
import { scorerOf } from './metrics.ts';
import { toExperiment } from './schema.ts';
import type { StoredExperiment } from './store.ts';

/** Facts of each kind in a page, and facts stored late. */
const pageSize = 500;
const lateAtATime = 100;

/** The facts of a page. */
export interface Facts {
  readonly before: CountCursor;
  readonly cursor: CountCursor;
  readonly exposures: readonly SubjectRow[];
  readonly runs: readonly RunFact[];
  readonly ratings: readonly RatingFact[];
  readonly events: readonly EventFact[];
  readonly scores: readonly ScoreFact[];
  readonly late: readonly LateFact[];
  readonly isEmpty: boolean;
  /** The time up to which the page is complete. */
  readonly reached: number;
  readonly hasMore: boolean;
}

/** Reads the next facts of an experiment that has started, in one round trip. */
export async function readFacts(
  { db }: Ctx,
  experiment: StoredExperiment,
  until: number,
): Promise<Facts> {
  const start: Position = [experiment.started_at ?? 0, ''];
  const before: CountCursor = {
    ...{ pass: 0, runs: start, ratings: start, events: start, scores: start },
    ...experiment.cursor,
  };
  const next = (after: Position) => ({
    ...{ experiment, from: { after, until }, limit: pageSize },
  });
  const late = { experiment, from: 'late', limit: lateAtATime } as const;
  const [exposures, runs, ratings, events, scores, lateFacts, lateRuns, lateRatings, lateEvents] =
    await batch(db, [
      selectExposures(db, experiment.id, pageSize),
      selectRunFacts(db, next(before.runs)),
      selectRatingFacts(db, next(before.ratings)),
      selectEventFacts(db, next(before.events)),
      selectScoreFacts(db, next(before.scores), scorerOf(toExperiment(experiment))),
      selectLateFacts(db, experiment, lateAtATime),
      selectRunFacts(db, late),
      selectRatingFacts(db, late),
      selectEventFacts(db, late),
    ] as const);
  const read = [exposures, runs, ratings, events, scores];
  return {
    before,
    cursor: {
      // Also the time of the last check (check.ts).
      ...before,
      pass: before.pass + 1,
      runs: lastOf(runs) ?? before.runs,
      ratings: lastOf(ratings) ?? before.ratings,
      events: lastOf(events) ?? before.events,
      scores: lastOf(scores) ?? before.scores,
    },
    exposures: exposures.map(toSubject),
    runs: [...lateRuns.filter(isPassed(before.runs)), ...runs],
    ratings: [...lateRatings.filter(isPassed(before.ratings)), ...ratings],
    events: [...lateEvents.filter(isPassed(before.events)), ...events],
    scores,
    late: lateFacts,
    reached: Math.min(until, ...[runs, ratings, events, scores].flatMap(endOf)),
    isEmpty: [...read, lateFacts].every((facts) => facts.length === 0),
    hasMore: read.some((facts) => facts.length === pageSize) || lateFacts.length === lateAtATime,
  };
}

const lastOf = (facts: readonly { at: number; id: string }[]): Position | null => {
  const last = facts.at(-1);
  return last === undefined ? null : [last.at, last.id];
};

/** Returns the time at which a full page ends; nothing for one that is not full. */
const endOf = (facts: readonly { at: number }[]): number[] =>
  facts.length < pageSize ? [] : facts.slice(-1).map(({ at }) => at);

/** A late fact counts by itself if the position has passed it; the others are still to come in their order. */
const isPassed =
  ([at, id]: Position) =>
  (fact: { readonly at: number; readonly id: string }) =>
    fact.at < at || (fact.at === at && fact.id <= id);
