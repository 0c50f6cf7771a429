import { reviewVerdicts } from '../../db/schema/reviews.ts';
import { cohenKappa, type Interval, kappaInterval, wilsonInterval } from './agreement.ts';

export type HumanVerdict = (typeof reviewVerdicts)[number];

/** A reviewed answer with what the judge says of it. */
export interface CalibrationPair {
  readonly human: HumanVerdict;
  /** From 0 to 1, like `score`. */
  readonly human_score: number;
  readonly score: number;
  readonly passed: boolean;
}

export interface Share extends Interval {
  readonly value: number;
}

/**
 * Compares a judge with people. Fail is the judge's word for `bad`; answers that people call `partly` good count as `partly_as`, or
 * are left out of all but the counts and the bias.
 */
export function calibrate(pairs: readonly CalibrationPair[], partly_as: 'good' | 'bad' | 'skip') {
  const called = (human: HumanVerdict) => (human === 'partly' ? partly_as : human);
  const compared = pairs.filter(({ human }) => called(human) !== 'skip');
  const count = (isBad: boolean, passed: boolean) =>
    compared.filter((pair) => (called(pair.human) === 'bad') === isBad && pair.passed === passed)
      .length;
  const table = {
    both: count(true, false),
    first: count(true, true),
    second: count(false, false),
    neither: count(false, true),
  };
  const kappa = cohenKappa(table);
  return {
    pairs: pairs.length,
    compared: compared.length,
    confusion: reviewVerdicts.map((human) => {
      const own = pairs.filter((pair) => pair.human === human);
      const passed = own.filter((pair) => pair.passed).length;
      return { human, passed, failed: own.length - passed, mean_score: meanOf(own, scoreOf) };
    }),
    agreement: share(table.both + table.neither, compared.length),
    kappa: kappa === null ? null : { value: kappa, ...(kappaInterval(table) ?? {}) },
    bad_precision: share(table.both, table.both + table.second),
    bad_recall: share(table.both, table.both + table.first),
    bias: meanOf(pairs, ({ score, human_score }) => score - human_score),
  };
}

const scoreOf = ({ score }: CalibrationPair): number => score;

const meanOf = (
  pairs: readonly CalibrationPair[],
  value: (pair: CalibrationPair) => number,
): number | null =>
  pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;

function share(count: number, n: number): Share | null {
  const interval = wilsonInterval(count, n);
  return interval === null ? null : { value: count / n, ...interval };
}

/** Returns the verdict of several reviewers: that of most; `partly` where they are divided. */
export function verdictOf(counts: Readonly<Record<HumanVerdict, number>>): HumanVerdict {
  const [first = 'partly', second = 'partly'] = reviewVerdicts.toSorted(
    (a, b) => counts[b] - counts[a],
  );
  return counts[first] === counts[second] ? 'partly' : first;
}
