/** Zero-width, direction and tag characters, which can hide instructions from a reader, and NUL, which ends texts in SQL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: texts of others may hold NUL.
const invisible = /[\u0000\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Returns a JSON value without invisible characters, in names too, and with well-formed strings. */
export function withoutInvisible(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll(invisible, '');
  if (Array.isArray(value)) return value.map(withoutInvisible);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [withoutInvisible(name), withoutInvisible(inner)]),
  );
}
