import { arabic } from '../../shared/chat-texts/arabic.ts';
import { english, type Texts } from '../../shared/chat-texts/english.ts';
import { german } from '../../shared/chat-texts/german.ts';
import type { Language } from '../../shared/chat-texts/languages.ts';

const byLanguage: Readonly<Record<Language, Texts>> = {
  en: english,
  de: german,
  ar: arabic,
};
export const catalogues: Readonly<Record<string, Texts>> = byLanguage;

/** Languages that are written from right to left, also such as the site gives the texts of. */
const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

const primaryOf = (language: string) => language.toLowerCase().split(/[-_]/)[0] ?? '';

export const directionOf = (language: string): 'ltr' | 'rtl' =>
  rightToLeft.has(primaryOf(language)) ? 'rtl' : 'ltr';

/** The texts in the language of the chat. A script tag has a copy of this module for itself. */
export const texts: Record<keyof Texts, string> = { ...english };

/** True for the language of the server's own texts. */
let isEnglish = true;

/**
 * Chooses the first of the languages that has a catalogue, and puts `labels` in place of its texts. Returns the language whose
 * direction applies: that which was wanted first, if the labels are in it.
 */
export function chooseTexts(wanted: readonly string[], labels: string | undefined): string {
  const known = wanted.find((language) => Object.hasOwn(catalogues, primaryOf(language))) ?? 'en';
  Object.assign(texts, catalogues[primaryOf(known)]);
  const own = readLabels(labels);
  Object.assign(texts, own);
  isEnglish = primaryOf(known) === 'en';
  return Object.keys(own).length > 0 ? wanted[0] || known : known;
}

/** The labels of a site, as far as they are texts of the chat. */
function readLabels(labels: string | undefined): Partial<Texts> {
  try {
    const own = Object.entries(JSON.parse(labels ?? '{}') as Record<string, unknown>);
    return Object.fromEntries(
      own.filter(([name, text]) => Object.hasOwn(english, name) && typeof text === 'string'),
    );
  } catch {
    console.error('AgentGrid: `data-labels` is not JSON.');
    return {};
  }
}

/** Returns a text with its values. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));

/** Returns the detail of a refusal where it is in the language of the chat, otherwise the text for its kind. */
export const detailOr = (detail: string | null | undefined, text: string): string =>
  isEnglish && typeof detail === 'string' && detail !== '' ? detail : text;
