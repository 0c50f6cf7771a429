/**
 * Words of the document, which decide whether a hyphen at the end of a line belongs to the word.
 */
export type Vocabulary = ReadonlySet<string>;

/**
 * Joins two lines. Removes a hyphen that breaks a word; keeps those of compounds, numbers and
 * addresses.
 */
export function joinLines(
  above: string,
  below: string,
  separator: string,
  vocabulary: Vocabulary,
): string {
  // Only the last word matters, and the text above may be long.
  const end = above.slice(-100);
  if (/\p{L}\u00ad$/u.test(end)) return above.slice(0, -1) + below;
  const [, head] = /(\S*[\p{L}\p{N}])[-\u2010]$/u.exec(end) ?? [];
  const [tail] = /^[\p{L}\p{N}][^\s]*/u.exec(below) ?? [];
  if (head === undefined || tail === undefined) return above + separator + below;
  // "on- and offline": the hyphen replaces the rest of a word.
  if (/^(and|or|to|und|oder|bis|bzw|et|ou|y|o|e|en|of|och|og)(?![\p{L}\p{N}])/iu.test(below))
    return `${above} ${below}`;
  return keepsHyphen(head, tail, vocabulary) ? above + below : above.slice(0, -1) + below;
}

const prefixes =
  /^(self|non|well|ex|all|cross|half|quasi|anti|co|post|pre|semi|multi|e|x|high|low|long|short|full|part|real|third|first)$/iu;

function keepsHyphen(head: string, tail: string, vocabulary: Vocabulary): boolean {
  if (/[\p{N}@/\\._:=&?#]/u.test(head) || /^[^\s]*[\p{N}@/\\_=&]|\.\p{L}/u.test(tail)) return true;
  if (!/\p{Ll}$/u.test(head) || !/^\p{Ll}/u.test(tail) || head.includes('-')) return true;
  const [, first = ''] = /(\p{L}+)$/u.exec(head) ?? [];
  const [second = ''] = /^\p{L}+/u.exec(tail) ?? [];
  if (vocabulary.has(`${first}-${second}`.toLowerCase())) return true;
  if (vocabulary.has(`${first}${second}`.toLowerCase())) return false;
  return prefixes.test(first);
}
