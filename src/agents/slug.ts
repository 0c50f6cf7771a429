/** The slug of a name without letters that can be written in ASCII. */
const fallback = 'agent';
const longest = 64;
/** The numbered candidates before a random suffix is used. */
const tries = 100;

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};

/** Derives a slug from a name: removes accents and replaces everything but letters and digits by hyphens. */
export function toSlug(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[ßæœøđðþłı]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-+|-+$/g, '');
  return plain.length < 2 ? [fallback, plain].filter(Boolean).join('-') : plain;
}

const withSuffix = (slug: string, suffix: string) =>
  `${slug.slice(0, longest - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;

/** Returns the slug and its numbered variants (-2, -3 …) in the order in which they are tried. */
export const slugCandidates = (slug: string): string[] => [
  slug,
  ...Array.from({ length: tries - 1 }, (_, index) => withSuffix(slug, String(index + 2))),
];

/** Returns a slug with a random suffix, for when all candidates are taken. */
export const randomSlug = (slug: string): string =>
  withSuffix(slug, crypto.randomUUID().slice(0, 8));
