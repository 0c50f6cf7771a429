import { sampleRatio } from '../../src/experiments/statistics/index.ts';
import { Random } from './random.ts';
import { lookEvery } from './simulate.ts';

/** Returns the exposures after which a mismatch is reported to a plan of two halves; null if it never is. */
export function findMismatch(share: number, exposures: number, seed: number): number | null {
  const random = new Random(seed);
  const counts = [0, 0] as [number, number];
  for (let exposure = 1; exposure <= exposures; exposure += 1) {
    counts[random.uniform() < share ? 1 : 0] += 1;
    if (exposure % lookEvery === 0 && sampleRatio([counts], [[50, 50]]).is_mismatch)
      return exposure;
  }
  return null;
}
