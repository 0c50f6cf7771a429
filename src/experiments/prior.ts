import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { type Newcomer, selectPrior } from './facts.ts';
import { eventSum, eventsOf, reachedSum, type SumName, type Sums, scorerOf } from './metrics.ts';
import { toExperiment } from './schema.ts';
import type { StoredExperiment } from './store.ts';

/** Returns the sums of subjects before their exposure, by subject, for the adjustment of CUPED; empty where it is not wanted. */
export async function readPrior(
  { db }: Ctx,
  row: StoredExperiment,
  newcomers: readonly Newcomer[],
  wanted: ReadonlySet<SumName>,
): Promise<ReadonlyMap<number, Sums>> {
  const prior = new Map<number, Record<SumName, number>>();
  const experiment = toExperiment(row);
  if (!experiment.settings.uses_prior_behaviour || newcomers.length === 0) return prior;
  const add = (subject: number, sums: Sums) => {
    const known = prior.get(subject) ?? {};
    for (const [name, value] of Object.entries(sums))
      if (value !== 0 && wanted.has(name)) known[name] = value;
    prior.set(subject, known);
  };
  const [runs, ratings, scores, events] = await batch(
    db,
    selectPrior(db, row, newcomers, eventsOf(wanted), scorerOf(experiment)),
  );
  for (const { subject, ...sums } of runs) add(subject, sums);
  for (const { subject, ...sums } of ratings) add(subject, sums);
  for (const { subject, ...sums } of scores) add(subject, sums);
  for (const { subject, name, value, sessions } of events)
    add(subject, { [eventSum(name)]: value, [reachedSum(name)]: sessions });
  return prior;
}
