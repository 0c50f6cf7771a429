import type { VersionDiff } from '../../../client/index.ts';

export type LineChange = VersionDiff['instructions'][number];

/** Unchanged lines that are shown around a change. */
export const usual = 3;
export const brief = 1;

/** Lines in their order; those far from a change are left out, and null stands for them. */
export function rowsOf(
  lines: readonly LineChange[],
  around: number,
): ({ type: LineChange['type']; text: string } | null)[] {
  return lines.flatMap(({ type, lines: texts }, index) => {
    const rows = texts.map((text) => ({ type, text }));
    if (type !== 'same' || rows.length <= 2 * around + 1) return rows;
    const head = index === 0 ? [] : rows.slice(0, around);
    const tail = index === lines.length - 1 ? [] : rows.slice(-around);
    return [...head, null, ...tail];
  });
}

/** A removed line stands beside the line that took its place. */
export function pairsOf(
  lines: readonly LineChange[],
  around: number,
): [string | null, string | null][] {
  const pairs: [string | null, string | null][] = [];
  const rows = rowsOf(lines, around);
  let removed: string[] = [];
  const flush = () => {
    for (const text of removed) pairs.push([text, null]);
    removed = [];
  };
  for (const row of rows) {
    if (row === null) {
      flush();
      pairs.push(['…', '…']);
    } else if (row.type === 'removed') removed.push(row.text);
    else if (row.type === 'added') pairs.push([removed.shift() ?? null, row.text]);
    else {
      flush();
      pairs.push([row.text, row.text]);
    }
  }
  flush();
  return pairs;
}
