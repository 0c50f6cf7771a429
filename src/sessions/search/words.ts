import { stemmer } from 'stemmer';
import { isStopWord } from '../../shared/words.ts';

/** Words of a query that are looked for; more only cost time. */
const maxQueryWords = 32;

/** What the index takes for a word: letters, marks and digits. */
const runs = /[\p{L}\p{M}\p{N}\p{Co}]+/gu;

/** Scripts whose words run into each other. Of the first every character is a word of its own, so that any part of a word is found. */
const syllable = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}`;
const unspaced = String.raw`\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const isSpecial = new RegExp(`[${syllable}${unspaced}]`, 'u');
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u');
const pieces = new RegExp(`[${syllable}]|[${unspaced}]+|[^${syllable}${unspaced}]+`, 'gu');

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

interface Piece {
  readonly start: number;
  readonly text: string;
}

/** The words of a text as the index has them, with their places in it. */
function* piecesOf(text: string): Generator<Piece> {
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (isSpecial.test(run)) yield* cut(run, index);
    else yield { start: index, text: run };
  }
}

function* cut(run: string, at: number): Generator<Piece> {
  for (const { 0: piece, index } of run.matchAll(pieces)) {
    if (!isUnspaced.test(piece)) yield { start: at + index, text: piece };
    else
      for (const word of segmenter.segment(piece))
        yield { start: at + index + word.index, text: word.segment };
  }
}

/** A text as it is given to the keyword index, which cuts at spaces and signs by itself: with spaces where words have none. */
export const indexedText = (text: string): string =>
  (isSpecial.test(text)
    ? Array.from(piecesOf(text), (piece) => piece.text).join(' ')
    : text
  ).normalize('NFKC');

/** The words a query looks for, each once, in order; none when it has only signs. */
export function queryWords(query: string): string[] {
  const all: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(query.normalize('NFC').toLowerCase())) {
    if (isWordLike && indexedText(segment).search(runs) >= 0) all.push(segment);
  }
  const content = all.filter((word) => !isStopWord(word));
  return [...new Set(content.length > 0 ? content : all)].slice(0, maxQueryWords);
}

/** An FTS5 string: nothing inside is an operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** FTS5 expression: all of the words, in one title or message. */
export const matchAll = (
  queried: readonly string[],
  columns: readonly ('title' | 'body')[],
): string =>
  `{${columns.join(' ')}} : (${queried.map((word) => quoted(indexedText(word))).join(' AND ')})`;

/** A word of a text: where it stands and what it is matched by. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly stem: string;
}

export function* tokensOf(text: string): Generator<Token> {
  for (const { start, text: word } of piecesOf(text))
    yield { start, end: start + word.length, stem: stemOf(word) };
}

/** Without accents and endings, as the keyword index does it (Porter 1980). */
export function stemOf(word: string): string {
  const plain = word
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '');
  return /^[a-z]+$/.test(plain) ? stemmer(plain) : plain;
}
