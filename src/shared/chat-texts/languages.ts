import { arabicNotices } from './arabic.ts';
import { englishNotices, type Notices } from './english.ts';
import { germanNotices } from './german.ts';

/** The languages of the texts that end users read. */
export const languages = ['en', 'de', 'ar'] as const;
export type Language = (typeof languages)[number];

export const noticesIn: Readonly<Record<Language, Notices>> = {
  en: englishNotices,
  de: germanNotices,
  ar: arabicNotices,
};

/** Returns the language of a tag of BCP 47, such as `de-CH`; null for none that has texts. */
export function languageOf(tag: string | null | undefined): Language | null {
  const primary = tag?.toLowerCase().split(/[-_]/)[0];
  return languages.find((one) => one === primary) ?? null;
}
