import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { clustersOf, type LostCase } from './clusters.ts';
import {
  type CaseFigures,
  type CasePair,
  changeOf,
  changesOf,
  compareOverall,
  compareScorer,
  isFlaky,
  meanCost,
  medianLatency,
  sharedScorers,
} from './compare.ts';
import type { CaseDifference, Comparison, ComparisonQuery } from './comparison-schema.ts';
import { type CaseOfResult, selectCasesOf, selectChangedCases } from './comparison-store.ts';
import { selectFigures } from './result-store.ts';
import { findEvaluation } from './service.ts';
import type { EvaluationRow } from './store.ts';

const maxShown = 200;

/** Compares a target with one of another evaluation of the dataset, the base. Throws `not_found`, `validation_failed` and `conflict`. */
export async function compareEvaluations(
  ctx: Ctx,
  id: string,
  query: ComparisonQuery,
): Promise<Comparison> {
  const here = await findEvaluation(ctx, id);
  const hasOther = query.with === undefined && here.targets.length > 1;
  const { with: base_id = id, with_target, target = hasOther ? 1 : 0 } = query;
  const base = base_id === id ? here : await findEvaluation(ctx, base_id);
  refuseOthers(here, base, { target, with_target });
  const [cases, baseCases, changed] = await batch(ctx.db, [
    selectCasesOf(ctx.db, here.id),
    selectCasesOf(ctx.db, base.id),
    selectChangedCases(ctx.db, here.dataset_id, [base.dataset_revision, here.dataset_revision]),
  ]);
  const figures = await figuresOf(ctx, here, target, cases);
  const baseFigures = await figuresOf(ctx, base, with_target, baseCases);
  const isChanged = new Set(changed.map((one) => one.id));
  const shared = [...figures.keys()].filter((case_id) => baseFigures.has(case_id));
  const pairs = shared
    .filter((case_id) => !isChanged.has(case_id))
    .map((case_id): CasePair => {
      const [of, was] = [figures.get(case_id), baseFigures.get(case_id)];
      return { case_id, here: of as CaseFigures, base: was as CaseFigures };
    });
  const scorers = sharedScorers(base.scorers, here.scorers);
  const changes = changesOf(pairs, scorers.shared);
  const worse = changes
    .filter((one) => changeOf(one) < 0)
    .sort((a, b) => changeOf(a) - changeOf(b));
  const better = changes
    .filter((one) => changeOf(one) > 0)
    .sort((a, b) => changeOf(b) - changeOf(a));
  const ofPairs = (side: 'base' | 'here') => pairs.flatMap((pair) => pair[side].results);
  return {
    evaluation: { id: here.id, target },
    base: { id: base.id, target: with_target },
    cases: pairs.length,
    only_here: figures.size - shared.length,
    only_in_base: baseFigures.size - shared.length,
    changed_cases: shared.length - pairs.length,
    overall: compareOverall(pairs),
    scorers: scorers.shared.map((scorer) => compareScorer(pairs, scorer)),
    incomparable_scorers: [...scorers.others],
    flaky: flakyOf(pairs),
    worse: worse.slice(0, maxShown),
    better: better.slice(0, maxShown),
    clusters: await clustersOfWorse(ctx, worse.slice(0, maxShown), pairs, cases),
    cost_usd: { base: meanCost(ofPairs('base')), value: meanCost(ofPairs('here')) },
    latency_ms: { base: medianLatency(ofPairs('base')), value: medianLatency(ofPairs('here')) },
  };
}

function refuseOthers(
  here: EvaluationRow,
  base: EvaluationRow,
  { target, with_target }: { readonly target: number; readonly with_target: number },
): void {
  if (here.dataset_id !== base.dataset_id)
    throw new Failure('conflict', 'The two evaluations are of different datasets.');
  if (target >= here.targets.length)
    throw invalid('?target', `The evaluation has ${here.targets.length} targets, from 0.`);
  if (with_target >= base.targets.length)
    throw invalid('?with_target', `The base has ${base.targets.length} targets, from 0.`);
}

/** The figures of a target by case. A task that was cancelled says nothing. */
async function figuresOf(
  ctx: Ctx,
  { id }: EvaluationRow,
  target: number,
  cases: readonly CaseOfResult[],
): Promise<Map<string, CaseFigures>> {
  const rows = await selectFigures(ctx.db, id);
  const own = rows.filter((one) => one.target === target && one.outcome !== 'cancelled');
  const byOrdinal = new Map(cases.map(({ ordinal, case_id }) => [ordinal, case_id]));
  return new Map(
    [...Map.groupBy(own, ({ ordinal }) => ordinal)].flatMap(([ordinal, results]) => {
      const case_id = byOrdinal.get(ordinal);
      return case_id === undefined ? [] : [[case_id, { case_id, results }] as const];
    }),
  );
}

const flakyOf = (pairs: readonly CasePair[]) =>
  pairs
    .map(({ case_id, base, here }) => ({ case_id, base: isFlaky(base), here: isFlaky(here) }))
    .filter(({ base, here }) => base || here)
    .slice(0, maxShown);

async function clustersOfWorse(
  ctx: Ctx,
  worse: readonly CaseDifference[],
  pairs: readonly CasePair[],
  cases: readonly CaseOfResult[],
): Promise<Comparison['clusters']> {
  const may_read = mayReadMessages(ctx);
  const compared = new Set(pairs.map(({ case_id }) => case_id));
  const known = new Map(
    cases.filter((one) => compared.has(one.case_id)).map((one) => [one.case_id, one]),
  );
  const lost = worse.map(({ case_id, worse: scorers }): LostCase => {
    const one = known.get(case_id);
    return {
      case_id,
      worse: scorers,
      tags: one === undefined ? [] : tagsOf(one),
      file_ids: one === undefined ? [] : filesOf(one),
      input: may_read || one?.is_of_turn === 0 ? (one?.input ?? null) : null,
    };
  });
  const counts = countsOf([...known.values()]);
  return clustersOf(lost, (by, value) =>
    by === 'scorer' ? pairs.length : (counts.get(`${by}:${value}`) ?? 0),
  );
}

const tagsOf = ({ tags }: CaseOfResult) => JSON.parse(tags) as string[];

const filesOf = ({ expected, cited }: CaseOfResult): string[] =>
  [expected, cited].flatMap((ids) => JSON.parse(ids) as string[]);

/** Counts the compared cases by tag and by file. */
function countsOf(cases: readonly CaseOfResult[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of cases) {
    const keys = new Set([
      ...tagsOf(one).map((tag) => `tag:${tag}`),
      ...filesOf(one).map((file) => `file:${file}`),
    ]);
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
