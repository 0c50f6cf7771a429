const articles = new Set(['a', 'an', 'the', 'two', 'that']);

/**
 * Splits a phrase into words without articles. "AI" and "API" are cased like other words of an
 * identifier.
 */
const wordsOf = (phrase: string): string[] =>
  phrase
    .replaceAll(/\(.*?\)/g, '')
    .replaceAll('OpenAI', 'Open ai')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .split(' ')
    .filter((word) => !articles.has(word.toLowerCase()));

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

const singular = (words: readonly string[]): string[] =>
  words.map((word, index) =>
    index === words.length - 1 && /[^s]s$/.test(word) && !/ics$/.test(word)
      ? word.slice(0, -1)
      : word,
  );

/**
 * Derives `verbNoun` from a summary: "List the files of an agent" becomes `listAgentFiles`, "Get a
 * version" becomes `getVersion`.
 */
export function operationIdOf(summary: string): string {
  const [phrase = '', owner] = summary.split(/ (?:of|for) (?!.* (?:of|for) )/);
  const [verb = '', ...noun] = wordsOf(phrase);
  const words = [...singular(wordsOf(owner ?? '')), ...noun].filter((word) => word !== '');
  return [verb.toLowerCase(), ...words.map(capital)].join('');
}
