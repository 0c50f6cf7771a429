import { latinTables, otherTables } from './letter-frequencies.ts';

interface Candidate {
  readonly encoding: string;
  readonly prior: number;
  readonly tables: readonly ReadonlyMap<string, number>[];
  readonly isLatin: boolean;
}

const latin = (encoding: string, prior: number, name: keyof typeof latinTables): Candidate => ({
  encoding,
  prior,
  tables: latinTables[name],
  isLatin: true,
});
const other = (encoding: string, prior: number, name: keyof typeof otherTables): Candidate => ({
  encoding,
  prior,
  tables: otherTables[name],
  isLatin: false,
});

const candidates: readonly Candidate[] = [
  latin('windows-1252', 1, 'western'),
  latin('iso-8859-15', 0.1, 'western'),
  latin('windows-1250', 1, 'central'),
  latin('iso-8859-2', 0.3, 'central'),
  latin('windows-1254', 0.5, 'turkish'),
  latin('windows-1257', 0.1, 'baltic'),
  other('windows-1251', 1, 'cyrillic'),
  other('koi8-u', 0.3, 'cyrillic'),
  other('ibm866', 0.3, 'cyrillic'),
  other('iso-8859-5', 0.1, 'cyrillic'),
  other('windows-1253', 1, 'greek'),
  other('iso-8859-7', 0.5, 'greek'),
  other('windows-1255', 0.3, 'hebrew'),
  other('windows-1256', 1, 'arabic'),
  other('iso-8859-6', 0.1, 'arabic'),
  other('windows-874', 1, 'thai'),
];

/** Share of a letter that does not occur in a language. */
const strange = 0.0005;
/** Log probability of a word in another language than the rest. */
const ofAnother = Math.log(0.02);
/** Minimum log odds between the best reading and the next one with a different text. */
const minOdds = Math.log(20);
/** Minimum mean log probability per letter or sign; below it no known language fits. */
const minMean = { latin: Math.log(0.012), other: Math.log(0.012), signs: Math.log(0.04) };

export interface ByteReading {
  readonly encoding: string;
  /** True when every reading with a different text is far less probable. */
  readonly isClear: boolean;
}

/**
 * Returns the most probable single-byte encoding, by the letters of words with non-ASCII
 * characters; ASCII words carry no information. Returns null when no known language fits.
 */
export function guessByLetters(decode: (encoding: string) => string | null): ByteReading | null {
  const readings = candidates
    .flatMap((candidate) => {
      const text = decode(candidate.encoding);
      if (text === null) return [];
      const ofSigns = scoreOfSigns(text);
      const ofWords = scoreOfWords(text, candidate);
      const isLikely =
        ofSigns.sum >= ofSigns.count * minMean.signs &&
        ofWords.sum >= ofWords.count * (candidate.isLatin ? minMean.latin : minMean.other);
      return [
        {
          encoding: candidate.encoding,
          text,
          isLikely,
          score: ofSigns.sum + ofWords.sum + Math.log(candidate.prior),
        },
      ];
    })
    .sort((left, right) => right.score - left.score);
  const [best] = readings;
  const next = readings.find(({ text }) => text !== best?.text);
  if (best === undefined || !best.isLikely) return null;
  return {
    encoding: best.encoding,
    isClear: best.score - (next?.score ?? Number.NEGATIVE_INFINITY) >= minOdds,
  };
}

interface Score {
  /** Log likelihood. */
  readonly sum: number;
  /** Number of letters or signs scored. */
  readonly count: number;
}

function scoreOfWords(text: string, { tables, isLatin }: Candidate): Score {
  const words = text.match(/[\p{L}\p{M}]*(?!\p{ASCII})[\p{L}\p{M}][\p{L}\p{M}]*/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sums = tables.map(() => 0);
  let letters = 0;
  let longest = 0;
  for (const [word, times] of counts) {
    longest = Math.max(longest, word.length);
    // A repeated letter carries no information about the alphabet.
    if (!isLatin && /^(.)\1+$/u.test(word)) continue;
    // Repetitions of a word count less than different words.
    const weight = 1 + Math.log(times);
    const scores = tables.map((shares) =>
      isLatin ? scoreLatin(word, shares) : scoreOther(word, shares),
    );
    const foreign = Math.max(...scores) + ofAnother;
    for (const [index, score] of scores.entries())
      sums[index] = (sums[index] ?? 0) + weight * Math.max(score, foreign);
    letters += weight * (isLatin ? (word.match(/\P{ASCII}/gu)?.length ?? 0) : word.length);
  }
  const sum = Math.max(...sums);
  // Single letters of another script among Latin words are more likely accented letters.
  return { sum: !isLatin && longest === 1 ? sum + Math.log(0.01) : sum, count: letters };
}

const commonSign = /[\u2010-\u201f\u2022\u2026«»]|\u00a0(?=\S)/gu;
/** Signs in their usual context, such as `±` before a number. */
const placedSign =
  /(?<=(?<!\p{L})(?:[cdkm]?m|ft|in|yd)|[\d)])[²³]|(?<=[\d)])¹|(?<=\d ?|^|\s)[½¼¾]|±(?= ?\d)|[¿¡](?=[^?!\n]{1,300}[?!])|[×÷](?= ?\d)|µ(?=[a-zA-Z]{1,2}(?!\p{L}))|§(?= ?[§\d])|[€£№](?= ?\d)|(?<=\d ?)[€£°ºª‰]|(?<=[\s;,|(]|^)[€£](?=[\s;,|)/]|$)|°(?=[CFK](?!\p{L}))|©(?= ?[\d\p{Lu}])|(?<=\p{L})[®™]|·(?=\s)/gu;
/** Signs inside of a word, or next to one where they are not written. */
const signInWord =
  /\p{L}[^\p{ASCII}\p{L}\p{M}\u2019\u2010-\u2014\u00b7\u00a0]\p{L}|(?<!\p{L})[^\p{ASCII}\p{L}\p{M}\u2010-\u201f\u00a0«»¿¡§\u2026µ]\p{L}|\p{L}[^\p{ASCII}\p{L}\p{M}\u2010-\u201f\u00a0«»\u2026²³¹°©®™·](?!\p{L})/gu;

/** Scores signs: plausible between words, implausible inside of them. */
function scoreOfSigns(text: string): Score {
  if (/[\u0080-\u009f]/.test(text)) return { sum: Number.NEGATIVE_INFINITY, count: 1 };
  const signs = text.match(/[^\p{ASCII}\p{L}\p{M}]/gu) ?? [];
  const common = text.match(commonSign)?.length ?? 0;
  const atHome = text.match(placedSign)?.length ?? 0;
  const misplaced = text.replaceAll(/°(?=[CFK](?!\p{L}))/gu, ' ').match(signInWord)?.length ?? 0;
  const others = Math.max(0, signs.length - common - atHome);
  return {
    sum: (common + atHome) * Math.log(0.5) + others * Math.log(0.002) + misplaced * Math.log(0.001),
    count: signs.length,
  };
}

const vowels = /[aeiouyáéíóúýàèìòùâêîôûäëïöüãõåæøœěůőűăąęıāēīūėįų]/;
const isVowel = (letter: string | undefined) => letter !== undefined && vowels.test(letter);

function scoreLatin(word: string, shares: ReadonlyMap<string, number>): number {
  const lower = [...word.toLowerCase().replaceAll('i\u0307', 'i')];
  const isForeign =
    !/[a-z]/i.test(word) && (lower.length > 1 || !/[àéèêóöåáíúě]/.test(lower[0] ?? ''));
  let sum = (isForeign ? Math.log(0.0001) : 0) + caseOf(word);
  for (const [index, letter] of lower.entries()) {
    if (/\p{ASCII}/u.test(letter)) continue;
    sum += Math.log(
      (shares.get(letter) ?? strange) * placed(lower[index - 1], letter, lower[index + 1]),
    );
  }
  return sum;
}

/**
 * Probability of a letter between its neighbours: vowels stand among consonants, accents follow the
 * rules below.
 */
function placed(before: string | undefined, letter: string, after: string | undefined): number {
  const rule = rules.find(({ letters }) => letters.includes(letter));
  if (rule !== undefined && !rule.fits(before, after)) return 0.02;
  const beside = [before, after].filter(isVowel).length;
  const isDoubled =
    before !== undefined && /[a-z]/.test(before) && letter.normalize('NFD').charAt(0) === before;
  if (isVowel(letter))
    return isDoubled ? 0.03 : beside === 2 ? 0.1 : beside === 1 && !/[ãõœ]/.test(letter) ? 0.6 : 1;
  return beside === 0 ? 0.3 : 1;
}

/** Positions in which letters occur in the languages that use them. */
const rules: readonly {
  readonly letters: string;
  readonly fits: (before: string | undefined, after: string | undefined) => boolean;
}[] = [
  { letters: 'ìòù', fits: (_, after) => after === undefined },
  { letters: 'è', fits: (before, after) => before !== undefined || after === undefined },
  { letters: 'çñ', fits: (_, after) => isVowel(after) },
  { letters: 'ğ', fits: (before) => isVowel(before) },
  { letters: 'ě', fits: (before) => before !== undefined && !isVowel(before) },
  {
    letters: 'ĺŕ',
    fits: (before, after) =>
      before !== undefined && after !== undefined && !isVowel(before) && !isVowel(after),
  },
  { letters: 'ă', fits: (_, after) => after !== 'o' },
  { letters: 'ē', fits: (_, after) => !isVowel(after) },
  { letters: 'ę', fits: (before) => before === undefined || before === 'i' || !isVowel(before) },
  { letters: 'ř', fits: (before, after) => isVowel(before) || isVowel(after) },
  { letters: 'ů', fits: (before) => !isVowel(before) },
  { letters: 'ńśź', fits: (_, after) => !isVowel(after) },
  { letters: 'į', fits: (before, after) => before === undefined || after === undefined },
  {
    letters: 'à',
    fits: (before, after) => after !== undefined || before === undefined || /[trilg]/.test(before),
  },
  { letters: 'œ', fits: (_, after) => after !== undefined && 'ui'.includes(after) },
];

const unaccented =
  /^(?:και|ναι|για|δεν|πως|που|του|τον|την|της|των|τους|τις|στο|στη|στην|στον|στα|μας|σας|θα|μια|εις|προς)$/;
/** Hebrew letters whose final form is missing at the end of a word or used before it. */
const misplacedForm = /[מנצ]$|[םןךץף](?=.)|\p{L}(?<!^)כ$/u;

function scoreOther(word: string, shares: ReadonlyMap<string, number>): number {
  const lower = word.toLowerCase();
  let sum = caseOf(word);
  for (const letter of lower)
    sum += Math.log(/\p{ASCII}/u.test(letter) ? 0.0001 : (shares.get(letter) ?? strange));
  if (
    /^[ьъы]|[เแโใไ](?![ก-ฮ])|(?<!\p{L})\p{M}|ς\p{L}|[^ς]\bσ$/u.test(lower) ||
    misplacedForm.test(word)
  )
    sum += Math.log(0.01);
  if (
    /^\p{Script=Greek}{3,}$/u.test(word) &&
    word !== word.toUpperCase() &&
    !/[άέήίόύώΐΰ]/.test(lower) &&
    !unaccented.test(lower)
  )
    sum += Math.log(0.1);
  return sum;
}

/**
 * Scores the case of a word: lower case or capitalized is usual, upper case is rarer, a capital
 * after a lower-case letter is implausible.
 */
function caseOf(word: string): number {
  if (/\p{Ll}\p{Lu}/u.test(word)) return Math.log(0.001);
  return /^\p{Lu}{2,}$/u.test(word)
    ? Math.log(0.15)
    : /\p{Lu}{2}\p{Ll}/u.test(word)
      ? Math.log(0.01)
      : 0;
}
