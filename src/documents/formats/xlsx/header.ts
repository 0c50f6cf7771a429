import type { Line, PlacedCell } from './layout.ts';

/** Settings of a sheet that point to headers, in visible rows. */
export interface HeaderHints {
  /** Row below the frozen ones; 0 for none. */
  readonly frozenTo: number;
  /** Row with the buttons of a filter. */
  readonly filterRow: number | null;
}

const maxHeaderRows = 5;

/**
 * Counts the rows with the names of columns: above the buttons of a filter, frozen, of names that span rows, or a
 * first row that names what is below.
 */
export function countHeaderRows(lines: readonly Line[], hints: HeaderHints): number {
  const [first, second] = lines;
  if (first === undefined || second === undefined) return 0;
  const fits = (count: number) =>
    count > 0 && count < lines.length && count <= maxHeaderRows && isNamingLine(first);
  const filtered = hints.filterRow === null ? 0 : hints.filterRow - first.row + 1;
  if (fits(filtered)) return filtered;
  const frozen = hints.frozenTo - first.row;
  if (fits(frozen)) return frozen;
  if (isForm(lines)) return 0;
  const spanned = Math.max(...first.cells.map(({ top, bottom }) => bottom - top + 1));
  if (fits(spanned) && spanned > 1) return spanned;
  const isNaming = isNamingLine(first) && (isDistinct(first) || namesValues(lines));
  if (!isNaming && !isSetOffLine(first, second)) return 0;
  const isGrouped = first.cells.some(({ left, right }) => right > left);
  return isGrouped && lines.length > 2 && isNamingLine(second) && namesValues(lines.slice(1))
    ? 2
    : 1;
}

const isYear = (text: string) => /^(?:19|20)\d\d$/.test(text);

/** True for a row of texts and years. */
export const isNamingLine = ({ cells }: Line): boolean =>
  cells.every(({ content }) => content.isText || isYear(content.text));

const isDistinct = ({ cells }: Line): boolean =>
  new Set(cells.map(({ content }) => content.text)).size === cells.length;

const isSetOffLine = (line: Line, next: Line) =>
  line.cells.every(({ content }) => content.isSetOff) &&
  !next.cells.every(({ content }) => content.isSetOff);

/** True when the first line names a column of values. */
function namesValues([first, ...body]: readonly Line[]): boolean {
  return (
    first?.cells.some(({ left }) => {
      const below = body
        .slice(0, 50)
        .flatMap(({ cells }) => cells.filter((cell) => cell.left === left));
      return below.length > 0 && below.every(({ content }) => !content.isText);
    }) ?? false
  );
}

/** True for pairs of a label and its value: `Name: | Ada`. */
const isForm = (lines: readonly Line[]) => {
  const labels = lines.flatMap(({ cells }): PlacedCell[] => cells.slice(0, 1));
  return labels.filter(({ content }) => /[:：]\s*$/.test(content.text)).length * 2 > labels.length;
};
