/** What a day may stand out by. */
export const anomalyKinds = ['cost', 'error_rate'] as const;
export type Anomaly = (typeof anomalyKinds)[number];

export interface DayFigures {
  readonly cost_usd: number;
  readonly runs: number;
  readonly error_rate: number;
}

/** Days of its own past that a day is held against, and how many there must be. */
const pastDays = 28;
const fewestDays = 7;
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
    const active = days.slice(Math.max(0, index - pastDays), index).filter(({ runs, cost_usd }) => runs > 0 || cost_usd > 0);
    const cost = isFarAbove(
      today.cost_usd,
      active.map(({ cost_usd }) => cost_usd),
      0.01,
    );
    const errors =
      today.runs >= 10 &&
      isFarAbove(
        today.error_rate,
        active.map(({ error_rate }) => error_rate),
        0.02,
      );
    return [...(cost ? (['cost'] as const) : []), ...(errors ? (['error_rate'] as const) : [])];
  });
}

/** `noise` is a deviation that nobody minds. */
function isFarAbove(value: number, past: readonly number[], noise: number): boolean {
  if (past.length < fewestDays) return false;
  const middle = medianOf(past);
  const deviation = perDeviation * medianOf(past.map((other) => Math.abs(other - middle)));
  return value > middle + far * Math.max(deviation, noise, middle / 10);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
