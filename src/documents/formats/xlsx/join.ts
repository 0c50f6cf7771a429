import { countHeaderRows, isNamingLine } from './header.ts';
import type { Line } from './layout.ts';
import { around, overlaps } from './reference.ts';
import { joinRegions, type Region } from './regions.ts';

/** Sheets with more regions are no statements: nothing is joined. */
const maxRegions = 300;

/**
 * Joins regions that a reader takes for one table: figures without labels of their own belong to the labels to
 * their left, and groups of rows below an empty row to the column names above.
 */
export function joinStatements(regions: readonly Region[]): Region[] {
  if (regions.length > maxRegions) return [...regions];
  return joinBy(joinBy(regions, isBeside), isContinued);
}

function joinBy(
  regions: readonly Region[],
  belongs: (first: Region, second: Region) => boolean,
): Region[] {
  const joined: Region[] = [];
  for (const region of regions) {
    const at = joined.findIndex(
      (other) =>
        other.table === null &&
        region.table === null &&
        belongs(other, region) &&
        !regions.some(
          (third) => third !== other && third !== region && overlaps(third, around(other, region)),
        ),
    );
    const other = joined[at];
    if (other === undefined) joined.push(region);
    else joined[at] = joinRegions(other, region);
  }
  return joined;
}

/** True for figures beside labels, with an empty column or two between. */
function isBeside(labels: Region, figures: Region): boolean {
  const gap = figures.left - labels.right - 1;
  if (gap < 1 || gap > 2 || figures.top < labels.top || figures.bottom > labels.bottom)
    return false;
  const rows = new Set(labels.lines.map(({ row }) => row));
  const isFigures = ({ cells }: Line) => cells.every(({ content }) => !content.isText);
  const body = figures.lines.slice(isFigures(figures.lines[0] as Line) ? 0 : 1);
  return (
    body.length > 1 &&
    body.every((line) => rows.has(line.row) && isFigures(line)) &&
    startsWithText(labels.lines)
  );
}

const startsWithText = (lines: readonly Line[]) =>
  lines.slice(1).filter(({ cells }) => cells[0]?.content.isText === true).length >
  lines.length / 2 - 1;

/** True for rows of the same columns below one empty row, without names of columns. */
function isContinued(above: Region, below: Region): boolean {
  if (below.top - above.bottom !== 2 || above.right === above.left) return false;
  if (below.left !== above.left || below.right > above.right || below.right === below.left)
    return false;
  const full = below.lines.find(({ cells }) => cells.length > 1);
  return (
    full !== undefined &&
    !isNamingLine(full) &&
    full.cells.some(({ content }) => !content.isText) &&
    countHeaderRows(above.lines, { frozenTo: 0, filterRow: null }) > 0
  );
}
