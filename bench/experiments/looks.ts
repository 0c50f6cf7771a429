import {
  adjustmentOf,
  type Comparison,
  compareQuantiles,
  compareRatios,
  merge,
} from '../../src/experiments/statistics/index.ts';
import { Random } from './random.ts';
import { type Look, type Simulation, simulate } from './simulate.ts';
import { isSignificant } from './t-test.ts';

const alpha = 0.05;

/** A simulation that is repeated, and what ends it. */
export interface Trial extends Simulation {
  /** `difference`: a difference is called. `harm`: the variant is worse by a tenth at least, so that a guard stops it. */
  readonly ends: 'difference' | 'harm';
}

export interface Outcome {
  /** Exposures at the look at which it ended; null if it did not. */
  readonly ended: number | null;
  /** The same for a t-test at each look. */
  readonly byTTest: number | null;
}

/** Looks at one experiment after every 50 exposures. */
export function runTrial(trial: Trial, seed: number): Outcome {
  let ended: number | null = null;
  let byTTest: number | null = null;
  simulate(new Random(seed), trial, (look) => {
    if (byTTest === null && isSignificant(look.messages, alpha)) byTTest = look.exposures;
    if (ended === null && hasEnded(trial, compareAt(trial, look))) ended = look.exposures;
    return ended !== null && byTTest !== null;
  });
  return { ended, byTTest };
}

const hasEnded = ({ ends }: Trial, comparison: Comparison | null) =>
  (ends === 'harm' ? comparison?.is_harmful : comparison?.is_conclusive) ?? false;

function compareAt({ measure, population }: Trial, look: Look): Comparison | null {
  const options = { alpha, minimum_effect: 0.1, direction: 'decrease' } as const;
  if (measure === 'quantile') return compareQuantiles(...look.quantiles, 0.95, options);
  const isAdjusted = population.before !== undefined;
  const adjust = isAdjusted
    ? adjustmentOf(look.moments.map((epochs) => epochs.reduce(merge)))
    : null;
  return compareRatios(...look.moments, { ...options, adjust });
}
