import { stemmer } from 'stemmer';
import { isStopWord } from '../../shared/words.ts';

/** Maximum words of a query; more would only cost time. */
const maxQueryWords = 32;

/** A word of the index: letters, marks and digits. */
const runs = /[\p{L}\p{M}\p{N}\p{Co}]+/gu;

/**
 * Scripts without spaces between words. In the first kind every character is a word, so that any
 * part of a word is found.
 */
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

/** Returns the words of a text as the index has them, with their positions. */
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

/**
 * Returns a text prepared for the keyword index, which splits at spaces and punctuation: spaces are
 * inserted in scripts that have none.
 */
export const indexedText = (text: string): string =>
  (isSpecial.test(text)
    ? Array.from(piecesOf(text), (piece) => piece.text).join(' ')
    : text
  ).normalize('NFKC');

/** Returns the words of a query, each once, in order; empty when it contains only punctuation. */
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

/** Returns the FTS5 expression for all of the words in one title or message. */
export const matchAll = (
  queried: readonly string[],
  columns: readonly ('title' | 'body')[],
): string =>
  `{${columns.join(' ')}} : (${queried.map((word) => quoted(indexedText(word))).join(' AND ')})`;

/** A word of a text: its position and the stem that it is matched by. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly stem: string;
}

export function* tokensOf(text: string): Generator<Token> {
  for (const { start, text: word } of piecesOf(text))
    yield { start, end: start + word.length, stem: stemOf(word) };
}

/** Returns a word without accents and endings, like the keyword index (Porter 1980). */
export function stemOf(word: string): string {
  const plain = word
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '');
  return /^[a-z]+$/.test(plain) ? stemmer(plain) : plain;
}
