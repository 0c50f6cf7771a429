/** A weighted observation: the features begin with a 1 for the intercept. */
export interface Observation {
  readonly features: readonly number[];
  readonly isPositive: boolean;
  readonly weight: number;
}

/**
 * Fits a logistic regression by Newton's method (Hastie, Tibshirani and Friedman, The Elements of
 * Statistical Learning, 4.4.1), with a slight penalty on all but the intercept. Returns the coefficients.
 */
export function fitLogistic(observations: readonly Observation[], penalty = 1e-3): number[] {
  const size = observations[0]?.features.length ?? 0;
  const total = observations.reduce((sum, { weight }) => sum + weight, 0);
  let coefficients = Array.from({ length: size }, () => 0);
  for (let step = 0; step < 25; step += 1) {
    const gradient = coefficients.map((value, index) => (index === 0 ? 0 : penalty * value));
    const hessian = coefficients.map((_, row) =>
      coefficients.map((_, column) =>
        row === column && row > 0 ? penalty : row === column ? 1e-9 : 0,
      ),
    );
    for (const { features, isPositive, weight } of observations) {
      const odds = features.reduce((sum, value, at) => sum + value * (coefficients[at] ?? 0), 0);
      const probability = 1 / (1 + Math.exp(-odds));
      const share = weight / total;
      for (const [row, value] of features.entries()) {
        gradient[row] = (gradient[row] ?? 0) + share * (probability - (isPositive ? 1 : 0)) * value;
        for (const [column, other] of features.entries()) {
          const line = hessian[row] ?? [];
          line[column] =
            (line[column] ?? 0) + share * probability * (1 - probability) * value * other;
        }
      }
    }
    const change = solve(hessian, gradient);
    coefficients = coefficients.map((value, index) => value - (change[index] ?? 0));
  }
  return coefficients;
}

/** Solves a system of linear equations by Gaussian elimination. */
function solve(matrix: readonly (readonly number[])[], values: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, values[index] ?? 0]);
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (const [pivot, line] of rows.entries()) {
    for (const [row, other] of rows.entries()) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      for (const column of other.keys())
        other[column] = (other[column] ?? 0) - factor * (line[column] ?? 0);
    }
  }
  return rows.map((row, index) => (row.at(-1) ?? 0) / at(index, index));
}
