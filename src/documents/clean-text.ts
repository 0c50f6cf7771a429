/**
 * Characters without a visible glyph: controls, soft hyphens, zero-width spaces, direction marks, fillers,
 * tags and variation selectors. They could hide instructions from a reader and not from a model.
 */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|[\u180b-\u180d\u180f]|[\ufe00-\ufe0f]{2,}/gu;
/** White space inside a line, longer than any layout needs. */
const longGap = /(?<=\S)[^\S\n]{200,}/g;

/** Removes invisible characters and repairs lone surrogates; line feeds and white space stay. */
const withoutInvisible = (text: string): string => text.toWellFormed().replaceAll(invisible, '');

/**
 * Normalizes extracted text: line feeds only, well-formed, no invisible characters, no trailing white
 * space, at most three empty lines in a row. Indentation stays.
 */
export const cleanText = (text: string): string =>
  withoutInvisible(text.replaceAll(/\r\n?|[\u2028\u2029\u0085\f\v]/g, '\n'))
    .replaceAll(/[^\S\n]+(?=\n)/g, '')
    .replaceAll(/\n{5,}/g, '\n\n\n\n')
    .replaceAll(longGap, ' ');
