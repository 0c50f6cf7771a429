import { canonicalJson } from '../../shared/digest.ts';
import { toWireUsd } from '../../shared/money.ts';
import type { CaseDifference, Compared } from './comparison-schema.ts';
import type { ResultFigures } from './result-store.ts';
import { overall } from './scorer-names.ts';
import { mcnemarExact, meanOf, pairedShares, quantile } from './statistics.ts';
import { mean } from './summary.ts';

/** The results of a case in one evaluation, repetitions averaged. */
export interface CaseFigures {
  readonly case_id: string;
  readonly results: readonly ResultFigures[];
}

export interface CasePair {
  readonly case_id: string;
  readonly base: CaseFigures;
  readonly here: CaseFigures;
}

/** A scorer that both evaluations have: its name and its position in each. */
export interface SharedScorer {
  readonly name: string;
  readonly base: number;
  readonly here: number;
}

/** Scores that differ by less are ties: sums of fractions are not exact. */
const tolerance = 1e-9;

/** Finds the scorers that both have with one configuration. */
export function sharedScorers(
  base: readonly Readonly<Record<string, unknown>>[],
  here: readonly Readonly<Record<string, unknown>>[],
): { readonly shared: readonly SharedScorer[]; readonly others: readonly string[] } {
  const shared = here.flatMap((scorer, index) => {
    const other = base.findIndex((one) => canonicalJson(one) === canonicalJson(scorer));
    return other < 0 ? [] : [{ name: String(scorer.name), base: other, here: index }];
  });
  const names = new Set(shared.map(({ name }) => name));
  const all = new Set([...base, ...here].map(({ name }) => String(name)));
  return { shared, others: [...all].filter((name) => !names.has(name)) };
}

type Read = (result: ResultFigures) => {
  readonly score: number | null;
  readonly passed: boolean | null;
};

const ofScorer =
  (index: number): Read =>
  ({ scores }) =>
    scores?.[index] ?? { score: null, passed: null };

const ofResult: Read = ({ score, passed }) => ({ score, passed });

const scoreOf = ({ results }: CaseFigures, read: Read): number | null =>
  mean(results.flatMap((one) => read(one).score ?? []));

const passedOf = ({ results }: CaseFigures, read: Read): number | null =>
  mean(
    results.flatMap((one) => {
      const { passed } = read(one);
      return passed === null ? [] : [Number(passed)];
    }),
  );

/** Compares the cases by their total. */
export const compareOverall = (pairs: readonly CasePair[]): Compared =>
  compareBy(overall, pairs, ofResult, ofResult);

/** Compares the cases by one scorer. */
export const compareScorer = (
  pairs: readonly CasePair[],
  { name, base, here }: SharedScorer,
): Compared => compareBy(name, pairs, ofScorer(base), ofScorer(here));

function compareBy(name: string, pairs: readonly CasePair[], base: Read, here: Read): Compared {
  const differences = pairs.flatMap((pair) => differenceOf(pair, base, here) ?? []);
  const passes = pairs.flatMap((pair) => {
    const [was, is] = [passedOf(pair.base, base), passedOf(pair.here, here)];
    return was === null || is === null ? [] : [{ was: was > 0.5, is: is > 0.5 }];
  });
  const count = (is: boolean, was: boolean) =>
    passes.filter((one) => one.is === is && one.was === was).length;
  const [gained, lost] = [count(true, false), count(false, true)];
  const wins = differences.filter((one) => one > tolerance).length;
  const losses = differences.filter((one) => one < -tolerance).length;
  return {
    name,
    cases: differences.length,
    wins,
    losses,
    ties: differences.length - wins - losses,
    score_difference: meanOf(differences),
    pass_rate_difference: pairedShares({
      both: count(true, true),
      first: gained,
      second: lost,
      none: count(false, false),
    }),
    p_value: mcnemarExact(gained, lost),
  };
}

function differenceOf(pair: CasePair, base: Read, here: Read): number | null {
  const [was, is] = [scoreOf(pair.base, base), scoreOf(pair.here, here)];
  return was === null || is === null ? null : is - was;
}

/** Returns the cases whose total changed, with the scorers that changed it. */
export const changesOf = (
  pairs: readonly CasePair[],
  shared: readonly SharedScorer[],
): CaseDifference[] =>
  pairs.flatMap((pair) => {
    const difference = differenceOf(pair, ofResult, ofResult);
    if (difference === null || Math.abs(difference) <= tolerance) return [];
    const changed = shared.map(({ name, ...at }) => ({
      name,
      by: differenceOf(pair, ofScorer(at.base), ofScorer(at.here)) ?? 0,
    }));
    return [
      {
        case_id: pair.case_id,
        base_score: scoreOf(pair.base, ofResult),
        score: scoreOf(pair.here, ofResult),
        base_passed: passedOf(pair.base, ofResult),
        passed: passedOf(pair.here, ofResult),
        worse: changed.filter(({ by }) => by < -tolerance).map(({ name }) => name),
        better: changed.filter(({ by }) => by > tolerance).map(({ name }) => name),
      },
    ];
  });

export const changeOf = ({ score, base_score }: CaseDifference): number =>
  (score ?? 0) - (base_score ?? 0);

/** True if the repetitions of a case disagree whether it passes. */
export const isFlaky = (figures: CaseFigures): boolean => {
  const share = passedOf(figures, ofResult);
  return share !== null && share > 0 && share < 1;
};

export const meanCost = (results: readonly ResultFigures[]): number | null => {
  const known = results.flatMap(({ run_cost_nano_usd }) => run_cost_nano_usd ?? []);
  return known.length < results.length ? null : toWireUsd(mean(known));
};

export const medianLatency = (results: readonly ResultFigures[]): number | null => {
  const sorted = results.flatMap(({ latency_ms }) => latency_ms ?? []).sort((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round(quantile(sorted, 0.5));
};
