const isSimple = (text: string) => /^[+−-]?[\p{L}\p{N}.,∞′*]*$/u.test(text.trim());

const grouped = (text: string) => (isSimple(text) ? text.trim() : `(${text.trim()})`);

/**
 * Writes a superscript (`^`) or subscript (`_`), in brackets unless it is one word. Empty text has
 * no mark.
 */
export const script = (mark: '^' | '_', text: string): string =>
  text.trim() === '' ? '' : `${mark}${grouped(text)}`;
