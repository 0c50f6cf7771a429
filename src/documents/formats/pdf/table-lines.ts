import { cutSegments, type Interval, splitColumns } from './columns.ts';
import type { PageTable, TableCell } from './page-table.ts';
import type { PdfLine } from './pdf-line.ts';
import { type Distance, groupRows } from './wrapped.ts';

/**
 * Makes a table of lines that stand in columns. Its rows are separated by the lines drawn at `rules`, and by
 * their content.
 */
export function tableOf(
  lines: readonly PdfLine[],
  extents: readonly Interval[],
  rules: readonly number[] = [],
): PageTable {
  const columns = splitColumns(extents, lines);
  const widths = columns.map(({ x, right }) => right - x);
  const placed = lines.map((line) => {
    const cut = cutSegments(line.segments, columns);
    return { line, cut, cells: cut.map((cell) => cell?.segments) };
  });
  const rows = groupRows(placed, widths, distanceIn(lines, rules));
  return {
    rows: rows.length,
    columns: columns.length,
    cells: rows.flatMap((row, index) =>
      columns.flatMap((_, column): TableCell[] => {
        const found = row
          .flatMap(({ cut }) => cut[column] ?? [])
          .sort((a, b) => (b.segments[0]?.y ?? 0) - (a.segments[0]?.y ?? 0));
        if (found.length === 0) return [];
        return [
          {
            row: index,
            column,
            rows: 1,
            columns: Math.max(...found.map((cell) => cell.columns)),
            lines: found.map(({ segments }) => segments),
            width: widths[column] ?? null,
          },
        ];
      }),
    ),
  };
}

/** Closer lines are cells of one row in the middle of others. */
const minPitch = 0.95;

/** Returns how far lines of a table stand apart, compared to its closest lines. */
function distanceIn(lines: readonly PdfLine[], rules: readonly number[]) {
  const pitches = lines
    .slice(1)
    .map(({ y }, index) => (lines[index]?.y ?? 0) - y)
    .filter((pitch, index) => pitch > (lines[index]?.size ?? 0) * minPitch);
  const least = Math.min(...pitches);
  const isEven = Math.max(...pitches) < least * 1.25;
  return (
    row: readonly { readonly line: PdfLine }[],
    { line }: { readonly line: PdfLine },
  ): Distance => {
    const lowest = Math.min(...row.map((above) => above.line.y));
    if (rules.some((y) => y < lowest && y > line.y)) return 'apart';
    const pitch = Math.min(...row.map((above) => Math.abs(above.line.y - line.y)));
    if (pitch < line.size * minPitch) return 'on';
    if (isEven) return 'even';
    return pitch < least * 1.15 ? 'close' : 'apart';
  };
}
