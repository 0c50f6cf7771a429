import { stemsOfWord } from '../../shared/stems.ts';
import { words } from '../../shared/words.ts';
import type { PassageRow } from './store.ts';

/** The words of a passage in order, and those of its headings and file name. */
export interface PassageWords {
  readonly text: readonly string[];
  readonly heading: readonly string[];
  readonly file_name: readonly string[];
}

const wordsOfRows = new WeakMap<PassageRow, PassageWords>();
const stemsOfRows = new WeakMap<PassageRow, PassageWords>();

/** Returns the words of a passage; computed once, although order and scores need them. */
export function passageWords(row: PassageRow): PassageWords {
  const known = wordsOfRows.get(row);
  if (known !== undefined) return known;
  const found = {
    text: words(row.text),
    heading: words(row.heading ?? ''),
    file_name: words(row.file_name),
  };
  wordsOfRows.set(row, found);
  return found;
}

/** Returns the stems of the words of a passage; computed once. */
export function passageStems(row: PassageRow): PassageWords {
  const known = stemsOfRows.get(row);
  if (known !== undefined) return known;
  const { text, heading, file_name } = passageWords(row);
  const found = {
    text: stemsOfWords(text),
    heading: stemsOfWords(heading),
    file_name: stemsOfWords(file_name),
  };
  stemsOfRows.set(row, found);
  return found;
}

function stemsOfWords(words: readonly string[]): string[] {
  const stems: string[] = [];
  for (const word of words) for (const stem of stemsOfWord(word)) stems.push(stem);
  return stems;
}
