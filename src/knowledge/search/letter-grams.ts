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

/** Letters that are cut into grams of a length. */
interface Run {
  readonly text: string;
  readonly length: number;
}

/**
 * Yields the parts of words that are cut: each word of an alphabet; adjacent words of a script without spaces
 * together, since a dictionary divides the same letters differently in other surroundings.
 */
function* runsOf(words: readonly string[]): Generator<Run> {
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const length = lengthOf(word);
    at += 1;
    let text = word;
    for (
      ;
      length !== spacedLength && at < words.length && lengthOf(words[at] ?? '') === length;
      at += 1
    )
      text += words[at];
    yield { text, length };
  }
}

/** The ends of a word of an alphabet count as letters. */
const lettersOf = ({ text, length }: Run): string =>
  length === spacedLength ? `_${withoutAccents(text)}_` : text;

/** Returns the grams of words, which related words share; the text itself when it is shorter than one. */
export function gramsOf(words: readonly string[]): string[] {
  const grams: string[] = [];
  for (const run of runsOf(words)) {
    const text = lettersOf(run);
    for (let at = 0; at === 0 || at + run.length <= text.length; at += 1)
      grams.push(text.slice(at, at + run.length));
  }
  return grams;
}

/** Size of the table of hashes of wanted grams, a power of two. */
const tableSize = 4096;

const hashOf = (text: string, at: number, length: number): number => {
  let hash = 0;
  for (let end = at + length; at < end; at += 1) hash = (hash * 31 + text.charCodeAt(at)) | 0;
  return hash & (tableSize - 1);
};

/** Returns the places of the grams of a text. */
type Finder = (run: Run) => readonly number[];

function finderOf(grams: readonly string[]): Finder {
  const places = new Map(grams.map((gram, place) => [gram, place]));
  const table = new Uint8Array(tableSize);
  for (const gram of grams) table[hashOf(gram, 0, gram.length)] = 1;
  return (run) => {
    const [text, { length }, found] = [lettersOf(run), run, [] as number[]];
    const size = Math.min(length, text.length);
    for (let at = 0; at === 0 || at + length <= text.length; at += 1) {
      if (table[hashOf(text, at, size)] === 0) continue;
      const place = places.get(text.slice(at, at + length));
      if (place !== undefined) found.push(place);
    }
    return found;
  };
}

/**
 * Returns the number of distinct grams of `wanted`, and a function that counts them, by place, in texts of numbered words.
 * A word of an alphabet is cut once, and a table of hashes spares most grams a string.
 */
export function gramCounter(wanted: readonly string[], words: readonly string[]) {
  const grams = [...new Set(gramsOf(wanted))];
  const find = finderOf(grams);
  const lengths = words.map(lengthOf);
  const known = words.map((text, word) =>
    lengths[word] === spacedLength ? find({ text, length: spacedLength }) : null,
  );
  const count = (texts: readonly Uint32Array[]): Float64Array => {
    const counts = new Float64Array(grams.length);
    const add = (places: readonly number[]) => {
      for (const place of places) (counts[place] as number) += 1;
    };
    for (const text of texts)
      for (let at = 0; at < text.length; ) {
        const places = known[text[at] as number];
        if (places != null) {
          add(places);
          at += 1;
          continue;
        }
        const length = lengths[text[at] as number] ?? spacedLength;
        let run = '';
        for (; at < text.length && lengths[text[at] as number] === length; at += 1)
          run += words[text[at] as number];
        add(find({ text: run, length }));
      }
    return counts;
  };
  return { size: grams.length, count };
}
