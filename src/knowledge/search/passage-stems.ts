import { stemsOf, stemsOfWord } from '../../shared/stems.ts';
import { words } from '../../shared/words.ts';
import type { PassageRow } from './store.ts';

/** Stems of a passage in order, and those of its headings and file name. */
export interface PassageStems {
  readonly text: readonly string[];
  readonly heading: readonly string[];
  readonly file_name: readonly string[];
  /** Words of headings and text as they are written; those of the text begin at `textStart`. */
  readonly words: readonly string[];
  readonly textStart: number;
}

const cache = new WeakMap<PassageRow, PassageStems>();

/** Returns the stems of a passage; computed once, although reranking and scores need them. */
export function passageStems(row: PassageRow): PassageStems {
  const cached = cache.get(row);
  if (cached !== undefined) return cached;
  const [heading, text] = [words(row.heading ?? ''), words(row.text)];
  const stems = {
    text: text.flatMap(stemsOfWord),
    heading: heading.flatMap(stemsOfWord),
    file_name: stemsOf(row.file_name),
    words: [...heading, ...text],
    textStart: heading.length,
  };
  cache.set(row, stems);
  return stems;
}
