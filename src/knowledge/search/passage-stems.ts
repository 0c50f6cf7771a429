import { stemsOf } from '../../shared/stems.ts';
import type { PassageRow } from './store.ts';

/** Stems of a passage in order, and those of its headings and file name. */
export interface PassageStems {
  readonly text: readonly string[];
  readonly heading: readonly string[];
  readonly file_name: readonly string[];
}

const cache = new WeakMap<PassageRow, PassageStems>();

/** Returns the stems of a passage; computed once, although reranking and scores need them. */
export function passageStems(row: PassageRow): PassageStems {
  const cached = cache.get(row);
  if (cached !== undefined) return cached;
  const stems = {
    text: stemsOf(row.text),
    heading: stemsOf(row.heading ?? ''),
    file_name: stemsOf(row.file_name),
  };
  cache.set(row, stems);
  return stems;
}
