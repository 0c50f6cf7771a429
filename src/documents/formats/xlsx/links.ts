import { overlaps } from './reference.ts';
import type { Sheet, SheetCell } from './sheet.ts';

/** Ranges of linked cells are searched one by one. */
const maxRanges = 200;
const maxAddress = 2000;

/** Writes hyperlinks to web pages and mail addresses as Markdown. `addressOf` returns the address of a relationship. */
export function linkCells(
  { rows, links }: Sheet,
  addressOf: (id: string | undefined) => string | null,
): void {
  const external = links.flatMap(({ range, id }) => {
    const address = addressOf(id);
    return address === null ? [] : [{ range, address }];
  });
  const isSingle = ({ range }: (typeof external)[number]) =>
    range.top === range.bottom && range.left === range.right;
  const single = new Map(
    external.filter(isSingle).map(({ range, address }) => [`${range.top},${range.left}`, address]),
  );
  if (external.length === 0 && !rows.some(({ cells }) => cells.some(hasAddress))) return;
  const ranges = external.filter((link) => !isSingle(link)).slice(0, maxRanges);
  for (const { row, cells } of rows) {
    for (const [index, cell] of cells.entries()) {
      const { column } = cell;
      const at = { top: row, bottom: row, left: column, right: column };
      const address =
        cell.address ??
        single.get(`${row},${column}`) ??
        ranges.find(({ range }) => overlaps(range, at))?.address;
      if (address !== undefined && address !== null)
        cells[index] = { ...cell, text: linked(cell.text, address) };
    }
  }
}

const hasAddress = ({ address }: SheetCell) => address !== null;

function linked(text: string, address: string): string {
  const url = URL.parse(address.trim());
  if (url === null || !/^(?:https?|mailto):$/.test(url.protocol)) return text;
  const { href } = url;
  const isShown = href.includes(text.trim()) || href === `${text.trim()}/`;
  if (isShown || href.length > maxAddress || url.password !== '' || /[[\]\n]/.test(text))
    return text;
  return `[${text.trim()}](${href.replaceAll('(', '%28').replaceAll(')', '%29')})`;
}
