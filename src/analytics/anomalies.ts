import type { AnomalyMeasure } from '../db/schema/analytics.ts';

/** What a day stands out by. */
export interface Anomaly {
  readonly measure: AnomalyMeasure;
  readonly value: number;
  /** The median of the days it was held against. */
  readonly usual: number;
}

export interface DayFigures {
  readonly cost_usd: number;
  readonly runs: number;
  readonly error_rate: number;
}

/** Days of its own past that a day is held against, and how many there must be. */
export const pastDays = 28;
const fewestDays = 7;
/** Of fewer runs no rate is told. */
const fewestRuns = 10;
/** How many standard deviations are far. */
const far = 6;
/** A standard deviation as a multiple of the median absolute deviation, where values are spread normally. */
const perDeviation = 1.4826;

/**
 * Marks days whose cost or error rate is far above the days before them: by the median and the
 * median absolute deviation, which a few odd days of the past do not move.
 */
export function markAnomalies(days: readonly DayFigures[]): Anomaly[][] {
  return days.map((today, index) => {
    // A day on which nothing was done is no measure of one on which something was.
    const active = days
      .slice(Math.max(0, index - pastDays), index)
      .filter(({ runs, cost_usd }) => runs > 0 || cost_usd > 0);
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
    ];
  });
}

/** Null where it is not. `noise` is a deviation that nobody minds. */
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
