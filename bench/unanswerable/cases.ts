import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryWords } from '../../src/knowledge/search/keywords.ts';
import { isAskingWord, isStopWord } from '../../src/shared/words.ts';
import { Base, type File } from '../retrieval/base.ts';

export type Kind = 'answerable' | 'removed' | 'other subject' | 'swapped entity' | 'swapped type';

export interface Case {
  readonly collection: string;
  readonly size: 'article' | 'collection';
  readonly kind: Kind;
  readonly article: string;
  readonly query: string;
  readonly answers: readonly string[];
  readonly base: Base;
}

interface Paragraph {
  readonly id: string;
  readonly article: string;
  readonly text: string;
}

interface Question {
  readonly query: string;
  readonly answers: readonly string[];
  readonly paragraph: Paragraph;
}

const readJsonLines = <Line>(path: string): Line[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function readCollection(folder: string): { paragraphs: Paragraph[]; questions: Question[] } {
  const paragraphs = readJsonLines<{ id: string; title: string; text: string }>(
    join(folder, 'corpus.jsonl'),
  ).map(({ id, title, text }) => ({ id, article: title, text: text.replace(/^\ufeff/, '') }));
  const byId = new Map(paragraphs.map((paragraph) => [paragraph.id, paragraph]));
  const found = new Map(
    readFileSync(join(folder, 'qrels.tsv'), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([question = '', paragraph = '']) => [question, paragraph]),
  );
  const questions = readJsonLines<{ id: string; text: string; answers: string[] }>(
    join(folder, 'queries.jsonl'),
  ).flatMap(({ id, text, answers }) => {
    const paragraph = byId.get(found.get(id) ?? '');
    return paragraph === undefined ? [] : [{ query: text, answers, paragraph }];
  });
  return { paragraphs, questions };
}

/** A linear congruential generator (Numerical Recipes), so that every run has the same cases. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const half = ({ id }: Paragraph) => Number(id.split('-').at(-1)) % 2;

const fileOf = (article: string, paragraphs: readonly Paragraph[]): File => ({
  name: `${article}.md`,
  text: `# ${article}\n\n${paragraphs.map(({ text }) => text).join('\n\n')}`,
});

const numbers = /\d[\d,.]*\d|\d/g;
const names = /(?<=[\p{L}\d,;] )\p{Lu}[\p{L}\d.'’-]*(?: (?:of |the )?\p{Lu}[\p{L}\d.'’-]*)*/gu;

/** The part of a question to swap: a name, else a number, else its longest content word. */
function entityOf(query: string): { text: string; kind: string } | null {
  const name = query.match(names)?.[0];
  if (name !== undefined) return { text: name, kind: 'name' };
  const number = query.match(numbers)?.[0];
  if (number !== undefined) return { text: number, kind: 'number' };
  const word = queryWords(query)
    .filter((one) => !isAskingWord(one) && !isStopWord(one) && query.includes(one))
    .sort((a, b) => b.length - a.length)[0];
  return word === undefined || word.length < 2 ? null : { text: word, kind: 'word' };
}

function swapEntity(
  { query, paragraph }: Question,
  from: readonly Question[],
  random: () => number,
) {
  const entity = entityOf(query);
  if (entity === null) return null;
  const text = paragraph.text.toLowerCase();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const other = entityOf(from[Math.floor(random() * from.length)]?.query ?? '');
    if (other?.kind !== entity.kind || text.includes(other.text.toLowerCase())) continue;
    return query.replace(entity.text, other.text);
  }
  return null;
}

/** Ways to ask for a number or a time, and for what is neither. */
const swaps: readonly (readonly [RegExp, string])[] = [
  [/^(?:who|what|which|where)\s+(?:was|is|did|does|were)\b/i, 'When was'],
  [/^(?:who|what|which)\s+(?=[a-z]+ed\b)/i, 'How many '],
  [/谁|哪里|什么/u, '什么时候'],
  [/ใคร|ที่ไหน|อะไร/u, 'เมื่อใด'],
];
const numeral =
  /\p{N}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million)\b|[一二三四五六七八九十百千万两]|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|ล้าน/iu;

/** Asks for a time or a number where 200 characters around the answer contain none. */
function swapType({ query, answers: [answer = ''], paragraph: { text } }: Question) {
  const at = text.indexOf(answer);
  if (answer === '' || at < 0) return null;
  if (numeral.test(text.slice(Math.max(0, at - 150), at + answer.length + 150))) return null;
  const swap = swaps.find(([pattern]) => pattern.test(query));
  return swap === undefined ? null : query.replace(swap[0], swap[1]);
}

/**
 * Makes questions with and without an answer. Each base has every second paragraph, of one article or
 * of all: a question is answerable in the base with its paragraph, and not in the other one.
 */
export function casesOf(
  data: string,
  collection: string,
  others: readonly string[],
  count: number,
): Case[] {
  const random = randomOf(collection.length);
  const { paragraphs, questions } = readCollection(join(data, collection));
  const every = Math.max(1, Math.round(questions.length / count));
  const asked = questions.filter((_, index) => index % every === 0);
  const byArticle = Map.groupBy(paragraphs, ({ article }) => article);
  const whole = [0, 1].map(
    (side) =>
      new Base(
        [...byArticle].map(([article, all]) =>
          fileOf(
            article,
            all.filter((one) => half(one) === side),
          ),
        ),
      ),
  );
  const cases: Case[] = [];
  for (const [article, all] of byArticle) {
    const own = asked.filter(({ paragraph }) => paragraph.article === article);
    const foreign = questions.filter(({ paragraph }) => paragraph.article !== article);
    const siblings = questions.filter(({ paragraph }) => paragraph.article === article);
    for (const size of ['article', 'collection'] as const) {
      const bases =
        size === 'collection'
          ? whole
          : [0, 1].map(
              (side) =>
                new Base([
                  fileOf(
                    article,
                    all.filter((one) => half(one) === side),
                  ),
                ]),
            );
      const add = (
        kind: Kind,
        query: string | null | undefined,
        side: number,
        answers: readonly string[] = [],
      ) => {
        const base = bases[side];
        if (query != null && base !== undefined)
          cases.push({ collection, size, kind, article, query, answers, base });
      };
      for (const question of own) {
        const side = half(question.paragraph);
        add('answerable', question.query, side, question.answers);
        add('removed', question.query, 1 - side, question.answers);
        add(
          'swapped entity',
          swapEntity(question, random() < 0.5 ? siblings : foreign, random),
          side,
        );
        add('swapped type', swapType(question), side);
        if (size === 'article')
          add('other subject', foreign[Math.floor(random() * foreign.length)]?.query, side);
        else if (others.length > 0)
          add('other subject', others[Math.floor(random() * others.length)], side);
      }
    }
  }
  return cases;
}
