import { withIdentifierParts } from './identifiers.ts';
import { segmentWords } from './segment-words.ts';

/** Stop words of the most frequent languages. Short on purpose: a wrong entry loses answers. */
const stopWords = new Set(
  [
    'a an the and or but if of to in on at by for from with as is are was were be been being am do does did doing done has have had having',
    'i you he she it we they me him her us them my your his its our their this that these those there here what which who whom whose when where',
    'why how can could will would shall should may might must not no nor so than then too very s t about into over after before between',
    'der die das den dem des ein eine einer eines einem einen und oder aber ist sind war waren wird werden wurde hat haben hatte von zu zum zur',
    'im in mit auf für aus bei nach über unter wie was wer wo wann warum welche welcher welches nicht auch sich es er sie wir ihr ich',
    'le la les un une des du de et ou mais est sont était être a ont au aux en dans par pour sur avec que qui quoi où quand comment ne pas',
    'el los las una unos unas y o pero es son era ser ha han al del en por para con sobre que quien cual cuando donde como no se su sus',
    'il lo gli uno di da che chi cui non si e ed o ma è sono con per',
  ].flatMap((line) => line.split(' ')),
);

/** Words of questions that name no subject, so that a match proves nothing. */
const askingWords = new Set(
  [
    'please explain tell give show list describe define know want need find help mean means say says hello hi thanks thank many much often long far soon',
    'bitte erkläre nenne zeige gib sag viele viel gibt kann man oft lange weit bald',
    'expliquez donnez dites combien fait longtemps souvent por favor cuánto cuántos',
    '的 是 了 在 有 和 什么 吗 呢 哪 哪个 哪些 谁 多少 怎么 如何 为什么 请 我 你',
    'คือ อะไร ที่ ใน ของ และ ใคร เมื่อ ไหร่ ไหน อย่างไร เท่าไร ทำไม ได้ มี เป็น',
    'の は に を が と で です ます か 何',
  ].flatMap((line) => line.split(' ')),
);

/** Question words and particles that name no subject, in addition to asking words. They count as words of a search only. */
const interrogatives = new Set(
  [
    '哪 哪一 哪里 哪儿 哪位 何时 什么时候 几 谁是 谁在 何 名为 被 会 叫 对 与 于 为 一个 种 名字 时 上 从 将 来',
    'ใด กี่ เท่าใด เท่า บ้าง ว่า การ กับ จาก อยู่ ให้ ความ ขึ้น จะ ถูก มา ไป ไม่ ซึ่ง โดย ด้วย กัน เพื่อ ผู้ สิ่ง เรียก ชื่อ มีชื่อ แบบ นี้ ทำ',
    'いつ どこ 誰 どの',
  ].flatMap((line) => line.split(' ')),
);

export const isAskingWord = (word: string): boolean => askingWords.has(word);

export const isInterrogative = (word: string): boolean => interrogatives.has(word);

export const isStopWord = (word: string): boolean => stopWords.has(word);

/** Signs that do not distinguish words and are removed. */
const optional = new RegExp(
  `[${[
    // Accents that no letter is composed with.
    String.raw`\u0300-\u036f`,
    // Vowel points of Hebrew; vowel signs and tatweel of Arabic.
    String.raw`\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7`,
    String.raw`\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08ca-\u08e1\u08e3-\u08ff`,
    // Soft hyphens, joiners, direction marks, variation selectors.
    String.raw`\u00ad\u061c\u200d-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufe00-\ufe0f\u{e0100}-\u{e01ef}`,
  ].join('')}]`,
  'gu',
);

/**
 * A zero-width non-joiner separates words of the Arabic script (Persian plurals); elsewhere it only
 * changes a glyph.
 */
const shapingNonJoiner = /(?<!\p{Script=Arabic})\u200c/gu;

/**
 * NFKC decomposes the vowel sign AM of Thai and Lao, after which dictionaries do not recognize the
 * word.
 */
const partedAm = /(\u0e4d\u0e32|\u0ecd\u0eb2)/g;

/** Latin text with its punctuation, in which folding leaves none of the signs above. */
const plain =
  /^[\0-\xa7\xa9-\xac\xae\xb0-\xb3\xb5-\xb7\xb9-\u012f\u0131-\u02af\u2010-\u2016\u2018-\u2027]*$/;

/**
 * Returns the normal form in which words are compared: NFKC, lower case, without optional signs.
 */
export const foldText = (text: string): string =>
  plain.test(text)
    ? text.normalize('NFKC').toLowerCase()
    : text
        .normalize('NFKC')
        .replaceAll(partedAm, (am) => (am === '\u0e4d\u0e32' ? '\u0e33' : '\u0eb3'))
        .toLowerCase()
        .replaceAll(shapingNonJoiner, '')
        .replaceAll(optional, '');

/**
 * Returns the normalized words in order, segmented by Unicode's rules, so that Chinese and Thai
 * have words as well. The parts of identifiers follow these.
 */
export const words = (text: string): string[] => segmentWords(foldText(withIdentifierParts(text)));

/** Returns the content words of a text; all words when there are no others. */
export function contentWords(text: string): string[] {
  const all = words(text);
  const content = all.filter((word) => !stopWords.has(word));
  return content.length > 0 ? content : all;
}
