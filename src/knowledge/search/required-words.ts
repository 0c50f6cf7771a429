import { words } from '../../shared/words.ts';

/** Capitalized words that do not begin a sentence or a quotation. */
const capitalized = /(?<=[^\s.?!:\p{Pi}\p{Ps}"]\s+)\p{Lu}[\p{L}\p{M}\d.'’-]*/gu;

/** Words in lower case that show that the text is German, which capitalizes all nouns. */
const german =
  /(?<![\p{L}\p{M}])(?:der|das|dem|ein|eine|einen|einem|einer|ist|sind|wird|werden|wurde|und|für|mit|vom|zum|zur|ich|wir|nicht|gibt|kann|wie|wann|wer|wo)(?![\p{L}\p{M}])/u;

/** Latin words in a text of another script without capitals, which are names and terms. */
const uncased = /[\p{Script=Han}\p{Script=Thai}\p{Script=Hiragana}\p{Script=Hangul}]/u;

/**
 * Returns the names and numbers of a query, as far as its spelling shows them. A digit alone is none,
 * since documents may spell it out; nor are capitals in a query that capitalizes most words.
 */
export function requiredWords(query: string): ReadonlySet<string> {
  const numbers = words(query).filter((word) => /\p{N}.*\p{N}/u.test(word));
  return new Set([...numbers, ...namesOf(query)]);
}

function namesOf(query: string): string[] {
  if (uncased.test(query)) return words((query.match(/[A-Za-z][A-Za-z\d.-]+/g) ?? []).join(' '));
  if (german.test(query)) return [];
  const names = query.match(capitalized) ?? [];
  const isTitle = names.length > (query.trim().split(/\s+/).length - 1) * 0.7;
  return isTitle ? [] : words(names.join(' '));
}
