import { withoutAccents } from '../../shared/stems.ts';

/** Scripts without spaces between words. */
const ideographs = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const unspaced = /^[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const spacedLength = 4;

/** Returns the number of letters of a gram of this word. */
const lengthOf = (word: string): number =>
  word < '\u0e00'
    ? spacedLength
    : ideographs.test(word)
      ? 2
      : unspaced.test(word)
        ? 3
        : spacedLength;

/** Returns the sequences of letters of a text; the text itself when it is shorter than one. */
function cut(text: string, length: number): string[] {
  const grams = [];
  for (let at = 0; at === 0 || at + length <= text.length; at += 1)
    grams.push(text.slice(at, at + length));
  return grams;
}

/** The ends of a word count as letters. */
const gramsOfWord = (word: string): string[] => cut(`_${withoutAccents(word)}_`, spacedLength);

/**
 * Returns the grams of words, which related words share. Adjacent words of a script without spaces are
 * one sequence, since a dictionary divides the same letters differently in other surroundings.
 */
export function gramsOf(
  words: readonly string[],
  ofWord: (word: string) => readonly string[] = gramsOfWord,
): string[] {
  const grams: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const length = lengthOf(word);
    at += 1;
    if (length === spacedLength) {
      for (const gram of ofWord(word)) grams.push(gram);
      continue;
    }
    let run = word;
    for (; at < words.length && lengthOf(words[at] ?? '') === length; at += 1) run += words[at];
    for (const gram of cut(run, length)) grams.push(gram);
  }
  return grams;
}

/** Returns a function that lists those grams of words that are wanted. Most words of passages are repeated. */
export function gramFilter(wanted: ReadonlySet<string>): (words: readonly string[]) => string[] {
  const cache = new Map<string, readonly string[]>();
  const ofWord = (word: string) => {
    const cached = cache.get(word);
    if (cached !== undefined) return cached;
    const grams = gramsOfWord(word).filter((gram) => wanted.has(gram));
    cache.set(word, grams);
    return grams;
  };
  return (words) => gramsOf(words, ofWord).filter((gram) => wanted.has(gram));
}
