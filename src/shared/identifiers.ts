/** A change from a small to a capital letter within a word. */
const change = /[a-z][A-Z]/;
/** An identifier in camel case, of a length that people write. */
const camelCase = /(?<![A-Za-z])(?=[A-Za-z]*[a-z][A-Z])[A-Za-z]{4,64}(?![A-Za-z])/g;
const part = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** Shorter parts are rarely words: iPhone, mRNA, NaCl. As parts of names in prose they mislead (decision 0071). */
const leastLetters = 3;

/**
 * Adds the parts of each identifier in camel case behind it, so that `getUserName` is found by "user name" and
 * `get_user_name`, whose parts punctuation shows.
 */
export function withIdentifierParts(text: string): string {
  if (!change.test(text)) return text;
  return text.replaceAll(camelCase, (identifier) => {
    const parts = identifier.match(part) ?? [];
    const isWords = parts.every(({ length }) => length >= leastLetters);
    return isWords ? [identifier, ...parts].join(' ') : identifier;
  });
}
