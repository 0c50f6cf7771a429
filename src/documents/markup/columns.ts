/** Distance in twips below which two edges are the same. */
const tolerance = 60;

/** Returns a function from an edge of a table, in twips, to the number of other edges to the left of it. */
export function columnsOf(edges: readonly number[]): (edge: number) => number {
  const sorted = [...new Set(edges)].sort((a, b) => a - b);
  const columns = new Map<number, number>();
  let [first, column] = [sorted[0] ?? 0, 0];
  for (const edge of sorted) {
    if (edge - first > tolerance) {
      column += 1;
      first = edge;
    }
    columns.set(edge, column);
  }
  return (edge) => columns.get(edge) ?? 0;
}
