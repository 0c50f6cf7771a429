import { withoutAccents } from '../../shared/stems.ts';

/** Marks a prefix, so that it is not a word: a private character, which the tokenizer of the index keeps. */
const mark = '\ue000';
const lettersOfPrefix = 5;
/** Syllables of Hangul, after which particles follow. */
const syllablesOfPrefix = 2;

/** Scripts in which prefixes tell little: syllables and ideographs are short words by themselves. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
const firstHangul = '\u1100';
/** Letters without accents, by far the most. */
const plain = /^[a-z]+$/;
const hangul = /^\p{Script=Hangul}+$/u;

/** Frequent words that hardly any other language writes the same. */
const english = new Set(
  'the of to and that with from this which were their they what who how why when where would should does did been these those'.split(
    ' ',
  ),
);
/** Frequent words of other languages in Latin letters, which are no words of English. */
const foreign = new Set(
  [
    'der das und ist nicht mit von den dem ein eine zu auf im sich des wie wer was wann het een van dat zijn voor met op wat hoe',
    'le la les et est une dans pour que qui du de el los las del en por con una para il di che della quale um em os da como',
    'och att det som av til og af er vad hvad hva hvor si cu pe din este care ce ve bir bu ile ne w z nie jest co je se az egy nem hogy mi',
    'ja oli ei mika yang dan dengan untuk dari apa ya wa na kwa ni ang ng mga sa ano',
  ].flatMap((line) => line.split(' ')),
);

const ascii = /^[\0-\x7f]*$/;

/** Counts the words that show that a text is English, and those that show that it is not. */
function countEvidence(words: readonly string[]): { english: number; foreign: number } {
  const count = { english: 0, foreign: 0 };
  for (const word of words) {
    if (english.has(word)) count.english += 1;
    else if (foreign.has(word) || !ascii.test(word)) count.foreign += 1;
  }
  return count;
}

/** Prefixes of recent words. Texts repeat their words. */
const cache = new Map<string, string | null>();
const cacheEntries = 8192;
const maxCachedLength = 32;

/** Returns the marked beginning of a longer word; null for others. */
export function prefixOf(word: string): string | null {
  if (word.length <= lettersOfPrefix && word < firstHangul) return null;
  if (plain.test(word)) return word.slice(0, lettersOfPrefix) + mark;
  const cached = cache.get(word);
  if (cached !== undefined) return cached;
  const prefix = cutPrefix(word);
  if (word.length <= maxCachedLength) {
    if (cache.size >= cacheEntries) cache.clear();
    cache.set(word, prefix);
  }
  return prefix;
}

function cutPrefix(word: string): string | null {
  if (word.length <= syllablesOfPrefix || !/^[\p{L}\p{M}]+$/u.test(word) || unspaced.test(word))
    return null;
  const length = hangul.test(word) ? syllablesOfPrefix : lettersOfPrefix;
  const letters = withoutAccents(word);
  return letters.length > length ? letters.slice(0, length) + mark : null;
}

/**
 * Returns the prefixes of the words of a text, in order. They find other forms of a word in languages whose
 * endings the index does not stem, and the parts that compounds begin with. A text has none unless its words show
 * another language than English: its stems are exact, and prefixes would only match more.
 */
export function prefixesOf(words: readonly string[]): string[] {
  const count = countEvidence(words);
  return count.foreign > count.english ? words.flatMap((word) => prefixOf(word) ?? []) : [];
}

/**
 * Returns the distinct prefixes of `content`, the words of a query that count, each with the place of its word; none
 * if the words show that the query is English. A short query shows nothing.
 */
export function queryPrefixes(
  words: readonly string[],
  content: readonly string[],
): ReadonlyMap<string, number> {
  const count = countEvidence(words);
  const prefixes = new Map<string, number>();
  if (count.english > 0 && count.english >= count.foreign) return prefixes;
  for (const [at, word] of content.entries()) {
    const prefix = prefixOf(word);
    if (prefix !== null && !prefixes.has(prefix)) prefixes.set(prefix, at);
  }
  return prefixes;
}
