const numeric = /^[\s\p{Sc}]*[-+(]?\d[\d.,:'’\s\p{Sc}%)/-]*\p{L}{0,3}$/u;

/** True for distinct names: words, not numbers, in every cell. */
const areNames = (cells: readonly string[]): boolean =>
  cells.every((name) => /\p{L}/u.test(name) && !numeric.test(name)) &&
  new Set(cells).size === cells.length;

/** True when the first row contains words and a column below it only numbers. */
export function namesNumbers([names = [], ...body]: readonly (readonly string[])[]): boolean {
  if (!areNames(names)) return false;
  return names.some(
    (_, column) =>
      body.every((row) => row.length !== names.length || numeric.test(row[column] ?? '')) &&
      body.some((row) => row.length === names.length),
  );
}
