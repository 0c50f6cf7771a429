import type { AnomalyMeasure } from '../db/schema/analytics.ts';

/** A measure of one day that is far from the previous days: cost and errors above, scores below them. */
export interface Anomaly {
  readonly measure: AnomalyMeasure;
  readonly value: number;
  /** The median of the days it was compared with. */
  readonly usual: number;
}

export interface DayFigures {
  readonly cost_usd: number;
  readonly runs: number;
  readonly error_rate: number;
  /** Mean of the scores of live answers; null without any. */
  readonly online_score?: number | null;
  readonly scores?: number;
}

/** Maximum and minimum number of active days that a day is compared with. */
export const pastDays = 28;
const fewestDays = 7;
/** Minimum number of scores for which the mean of a day is examined, or compared with. */
const fewestScores = 10;
/** Minimum number of runs for which the error rate of a day is examined. */
const fewestRuns = 10;
/** The number of standard deviations from which a value is an anomaly. */
const far = 6;
/** The standard deviation of a normal distribution as a multiple of its median absolute deviation. */
const perDeviation = 1.4826;

/**
 * Returns the anomalies of each day: a cost or an error rate far above the days before, or a mean score far below them, by median and median absolute
 * deviation, which a few outliers do not move.
 */
export function markAnomalies(days: readonly DayFigures[]): Anomaly[][] {
  return days.map((today, index) => {
    // Days without activity are left out of the comparison.
    const past = days.slice(Math.max(0, index - pastDays), index);
    const active = past.filter(({ runs, cost_usd }) => runs > 0 || cost_usd > 0);
    const cost = farAbove(
      today.cost_usd,
      active.map(({ cost_usd }) => cost_usd),
      0.01,
    );
    const errors = farAbove(
      today.error_rate,
      active.map(({ error_rate }) => error_rate),
      0.02,
    );
    return [
      ...(cost === null ? [] : [{ measure: 'cost' as const, ...cost }]),
      ...(errors === null || today.runs < fewestRuns
        ? []
        : [{ measure: 'error_rate' as const, ...errors }]),
      ...drift(today, past),
    ];
  });
}

/** Returns the mean score if it is far below that of the days before: the distance from 1 is far above theirs. */
function drift(today: DayFigures, past: readonly DayFigures[]): Anomaly[] {
  const scoreOf = ({ scores = 0, online_score = null }: DayFigures) =>
    scores < fewestScores || online_score === null ? [] : [1 - online_score];
  const [value] = scoreOf(today);
  const far = value === undefined ? null : farAbove(value, past.flatMap(scoreOf), 0.02);
  return far === null
    ? []
    : [{ measure: 'online_score', value: 1 - far.value, usual: 1 - far.usual }];
}

/** Returns null where the value is not far above the past. `noise` is the smallest deviation that counts. */
function farAbove(
  value: number,
  past: readonly number[],
  noise: number,
): Omit<Anomaly, 'measure'> | null {
  if (past.length < fewestDays) return null;
  const usual = medianOf(past);
  const deviation = perDeviation * medianOf(past.map((other) => Math.abs(other - usual)));
  return value > usual + far * Math.max(deviation, noise, usual / 10) ? { value, usual } : null;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
