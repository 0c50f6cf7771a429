import { describe, expect, it } from 'vitest';
import { runTrial, type Trial } from '../../../bench/experiments/looks.ts';
import { populations } from '../../../bench/experiments/populations.ts';
import { findMismatch } from '../../../bench/experiments/sample-ratios.ts';

/** Returns how many experiments ended, by the sequence and by a t-test at each look. */
function endedOf(times: number, trial: Trial): { ended: number; byTTest: number } {
  const outcomes = Array.from({ length: times }, (_, seed) => runTrial(trial, seed + 1));
  return {
    ended: outcomes.filter(({ ended }) => ended !== null).length,
    byTTest: outcomes.filter(({ byTTest }) => byTTest !== null).length,
  };
}

// A small version of `npm run bench:experiments`. With a rate of 5 %, more than 12 of 100 have a probability of 0.002.
describe('seeded experiments, looked at after every 50 exposures,', () => {
  it('rarely call a difference that does not exist, where a t-test often does', () => {
    for (const population of [
      populations.proportion,
      populations.rareAndSmall,
      populations.success,
    ]) {
      const trial = {
        population,
        lift: 0,
        exposures: 1000,
        measure: 'ratio',
        ends: 'difference',
      } as const;
      const { ended, byTTest } = endedOf(100, trial);
      expect(ended).toBeLessThanOrEqual(12);
      expect(byTTest).toBeGreaterThan(15);
    }
    const latency = { population: populations.latency, lift: 0, exposures: 500 } as const;
    const { ended } = endedOf(50, { ...latency, measure: 'quantile', ends: 'difference' });
    expect(ended).toBeLessThanOrEqual(8);
  });

  it('find a lift of 10 points, a doubled cost and a wrong sample ratio', () => {
    const found = { population: populations.proportion, lift: 0.2, exposures: 1500 } as const;
    expect(
      endedOf(100, { ...found, measure: 'ratio', ends: 'difference' }).ended,
    ).toBeGreaterThanOrEqual(70);
    const harm = { population: populations.costPerMessage, lift: 1, exposures: 500 } as const;
    expect(endedOf(100, { ...harm, measure: 'ratio', ends: 'harm' }).ended).toBeGreaterThanOrEqual(
      70,
    );
    const mismatches = (share: number) =>
      Array.from({ length: 50 }, (_, seed) => findMismatch(share, 2500, seed + 1)).filter(
        (exposures) => exposures !== null,
      ).length;
    expect(mismatches(0.5)).toBeLessThanOrEqual(4);
    expect(mismatches(0.56)).toBeGreaterThanOrEqual(35);
  });
});
