/** Path and query of a URL in the form in which robots.txt compares them (RFC 9309, section 2.2.2). */
export const comparablePath = (url: URL): string => normalizePath(url.pathname + url.search);

/** Encodes what is not ASCII, decodes unreserved characters, and writes escapes in upper case. */
export const normalizePath = (path: string): string =>
  path
    .toWellFormed()
    .replaceAll(/\P{ASCII}+/gu, encodeURIComponent)
    .replaceAll(/%([0-9a-f]{2})/gi, (escaped, digits: string) => {
      const char = String.fromCharCode(Number.parseInt(digits, 16));
      return /[A-Za-z0-9._~-]/.test(char) ? char : escaped.toUpperCase();
    });

/**
 * Matches a normalized path against a pattern of robots.txt: a prefix, in which `*` stands for any
 * characters and a final `$` for the end of the path (RFC 9309, section 2.2.3). Each piece is searched
 * once, from left to right, so no pattern is slow.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith('$');
  const [first = '', ...pieces] = (isWhole ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(first)) return false;
  if (pieces.length === 0) return !isWhole || path === first;
  const last = isWhole ? (pieces.pop() ?? '') : '';
  let at = first.length;
  for (const piece of pieces) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return path.length - last.length >= at && path.endsWith(last);
}

/** True for a path that a list of patterns includes, or that no pattern restricts, and that none excludes. */
export function isSelected(
  path: string,
  { include = [], exclude = [] }: { include?: readonly string[]; exclude?: readonly string[] },
): boolean {
  const matches = (pattern: string) => matchesPath(normalizePath(pattern), path);
  return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}
