import { withoutInvisible } from '../../shared/invisible.ts';

const marker = /\s?\[\d{1,3}\]/g;
/** Emphasis and code of Markdown. */
const markup = /\*\*|__|`/g;

/**
 * Returns a text as scorers compare it: without markers of citations, emphasis and invisible characters, with plain quotes,
 * hyphens and single spaces, in NFKC. Models write all of these as they like.
 */
export const plainText = (text: string): string =>
  (withoutInvisible(text) as string)
    .replaceAll('\u00ad', '')
    .replaceAll(marker, '')
    .replaceAll(markup, '')
    .normalize('NFKC')
    .replaceAll(/[\u2018\u2019\u201b\u2032]/g, "'")
    .replaceAll(/[\u201c\u201d\u201e\u2033\u00ab\u00bb]/g, '"')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll(/\s+/gu, ' ')
    .trim();

/** Folds case, with `ß` as `ss`. */
export const foldCase = (text: string): string => text.toUpperCase().toLowerCase().normalize('NFC');
