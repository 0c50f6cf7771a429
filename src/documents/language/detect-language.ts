import { languagesByWord } from './function-words.ts';

/** Scripts, the frequent ones first, with the language that they tell; null for those of several languages. */
const scripts: readonly (readonly [pattern: RegExp, language: string | null])[] = [
  [/\p{Script=Latin}/gu, null],
  [/\p{Script=Cyrillic}/gu, null],
  [/\p{Script=Arabic}/gu, null],
  [/\p{Script=Devanagari}/gu, null],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Bengali}/gu, 'bn'],
  [/\p{Script=Tamil}/gu, 'ta'],
  [/\p{Script=Telugu}/gu, 'te'],
  [/\p{Script=Gujarati}/gu, 'gu'],
  [/\p{Script=Gurmukhi}/gu, 'pa'],
  [/\p{Script=Kannada}/gu, 'kn'],
  [/\p{Script=Malayalam}/gu, 'ml'],
  [/\p{Script=Oriya}/gu, 'or'],
  [/\p{Script=Sinhala}/gu, 'si'],
  [/\p{Script=Armenian}/gu, 'hy'],
  [/\p{Script=Georgian}/gu, 'ka'],
  [/\p{Script=Ethiopic}/gu, 'am'],
  [/\p{Script=Khmer}/gu, 'km'],
  [/\p{Script=Lao}/gu, 'lo'],
  [/\p{Script=Myanmar}/gu, 'my'],
  [/\p{Script=Tibetan}/gu, 'bo'],
];
const letter = /[\p{L}\p{M}]/gu;
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const ideograph = /\p{Script=Han}/gu;
const syllable = /\p{Script=Hangul}/gu;
/** Letters that a syllable or an ideograph stands for. */
const lettersOfSyllable = 3;

/** Parts of the text that are read: front pages may be in another language. */
const parts = 8;
const partChars = 2000;

/** Share of the letters from which a script is that of the text. */
const mainScript = 0.6;
/** Share of kana from which a text with ideographs is Japanese, and up to which it is Chinese. */
const japanese = 0.08;
const chinese = 0.02;
const minIdeographs = 4;

/** Least evidence of frequent words in all, least share of the words, and factor to the evidence for the next language. */
const minEvidence = 1.4;
const minShare = 0.08;
const minLead = 1.2;
/** Least number of different frequent words: a label that is repeated in a table does not count. */
const minDistinct = 3;
/** Weight of words of one letter, which are also names of variables and columns. */
const weightOfLetter = 0.4;

/**
 * Returns the language of a text as a BCP 47 tag; null when it is not clear: too little text, a table, several
 * languages, or none that is known.
 */
export function detectLanguage(text: string): string | null {
  const sample = sampleOf(text);
  const count = (pattern: RegExp) => sample.match(pattern)?.length ?? 0;
  const [ideographs, kanas, syllables] = [count(ideograph), count(kana), count(syllable)];
  const total = count(letter) + (lettersOfSyllable - 1) * (ideographs + kanas + syllables);
  if (total === 0) return null;
  const eastAsian = ideographs + kanas;
  if (lettersOfSyllable * eastAsian >= mainScript * total) {
    if (kanas >= japanese * eastAsian) return 'ja';
    return kanas <= chinese * eastAsian && ideographs >= minIdeographs ? 'zh' : null;
  }
  if (lettersOfSyllable * syllables >= mainScript * total) return 'ko';
  const script = scripts.find(([pattern]) => count(pattern) >= mainScript * total);
  return script === undefined ? null : (script[1] ?? languageOfWords(sample));
}

function sampleOf(text: string): string {
  if (text.length <= parts * partChars) return text;
  const step = Math.floor((text.length - partChars) / (parts - 1));
  return Array.from({ length: parts }, (_, index) =>
    text.slice(index * step, index * step + partChars),
  ).join(' ');
}

/** Each frequent word counts for its languages: the more the fewer these are, and the less the more often it is there. */
function languageOfWords(text: string): string | null {
  const words =
    text
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{M}]+/gu) ?? [];
  const times = new Map<string, number>();
  const evidence = new Map<string, number>();
  const counts = new Map<string, { words: number; distinct: number }>();
  for (const word of words) {
    const languages = languagesByWord().get(word);
    if (languages === undefined) continue;
    const time = (times.get(word) ?? 0) + 1;
    times.set(word, time);
    const weight = (word.length === 1 ? weightOfLetter : 1) / Math.sqrt(languages.length * time);
    for (const language of languages) {
      const count = counts.get(language) ?? { words: 0, distinct: 0 };
      counts.set(language, {
        words: count.words + 1,
        distinct: count.distinct + (time === 1 ? 1 : 0),
      });
      evidence.set(language, (evidence.get(language) ?? 0) + weight);
    }
  }
  const [first, second] = [...evidence].sort(([, a], [, b]) => b - a);
  if (first === undefined) return null;
  const [language, weight] = first;
  const { words: found, distinct } = counts.get(language) ?? { words: 0, distinct: 0 };
  const isClear =
    distinct >= minDistinct &&
    weight >= minEvidence &&
    weight >= minLead * (second?.[1] ?? 0) &&
    found >= minShare * words.length;
  return isClear ? language : null;
}
