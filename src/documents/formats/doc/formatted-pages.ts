import { readPositions, type WordFile } from './file-information.ts';

/** Formatting of the bytes from `start` to `end` of the main stream. */
export interface FormattedRun {
  readonly start: number;
  readonly end: number;
  /** Paragraph style; 0 for characters. */
  readonly style: number;
  readonly group: Uint8Array;
}

const pageSize = 512;
const noGroup = new Uint8Array(0);
const pageMask = 0x3f_ffff;

/** Returns the formatting of characters or paragraphs, by where they are stored ([MS-DOC], 2.9.33 and 2.9.175). */
export function readFormattedPages(
  file: WordFile,
  kind: 'characters' | 'paragraphs',
): FormattedRun[] {
  const runs: FormattedRun[] = [];
  for (const { data } of readPositions(file.part(kind), 4)) {
    const at = (data.getUint32(0, true) & pageMask) * pageSize;
    const page = file.main.subarray(at, at + pageSize);
    if (page.length === pageSize) for (const run of readPage(page, kind)) runs.push(run);
  }
  return runs.sort((a, b) => a.start - b.start);
}

function* readPage(page: Uint8Array, kind: 'characters' | 'paragraphs'): Generator<FormattedRun> {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const count = page[pageSize - 1] ?? 0;
  const size = kind === 'characters' ? 1 : 13;
  for (let index = 0; index < count; index += 1) {
    const entry = (count + 1) * 4 + index * size;
    if (entry >= pageSize) return;
    const [start, end] = [view.getUint32(index * 4, true), view.getUint32(index * 4 + 4, true)];
    const at = (page[entry] ?? 0) * 2;
    if (end <= start) continue;
    yield kind === 'characters'
      ? { start, end, style: 0, group: at === 0 ? noGroup : sized(page, at) }
      : { start, end, ...paragraphAt(page, at) };
  }
}

const sized = (page: Uint8Array, at: number) => page.subarray(at + 1, at + 1 + (page[at] ?? 0));

/** A size of 0 is followed by one in words. */
function paragraphAt(page: Uint8Array, at: number): { style: number; group: Uint8Array } {
  if (at === 0) return { style: 0, group: noGroup };
  const size = page[at] ?? 0;
  const from = size === 0 ? at + 2 : at + 1;
  const length = size === 0 ? (page[at + 1] ?? 0) * 2 : size * 2 - 1;
  const content = page.subarray(from, from + length);
  return { style: (content[0] ?? 0) | ((content[1] ?? 0) << 8), group: content.subarray(2) };
}

/** Returns the index of the first run that ends behind a place. */
export function firstRunAt(runs: readonly FormattedRun[], place: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.end ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
