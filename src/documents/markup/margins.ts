/**
 * True for text of a header or footer that is not the remains of a page number and occurs for the
 * first time.
 */
export function isTelling(text: string, seen: Set<string>): boolean {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  if (
    !/\p{L}/u.test(words) ||
    /^(?:page|seite|página|pagina|p\.|stránka|strona|sida|side)?\s*(?:of|von|de|di|\/|z|av|af)?$/iu.test(
      words,
    )
  )
    return false;
  if (seen.has(words)) return false;
  seen.add(words);
  return true;
}
