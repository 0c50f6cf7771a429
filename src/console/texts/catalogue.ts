import { type Language, usePreferences } from '../app/preferences.ts';

/** A text, or one that depends on values. */
type Text = string | ((...values: never[]) => string);

/** The texts of one area in all languages: the same names in each, which the compiler checks. */
export type Catalogue<Texts> = Readonly<Record<Language, Texts>>;

type Same<Texts> = {
  readonly [Name in keyof Texts]: Texts[Name] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : Texts[Name] extends string
      ? string
      : Same<Texts[Name]>;
};

interface Texts {
  readonly [name: string]: Text | Texts;
}

/** Declares the texts of an area. English comes first and says which there are. */
export const catalogue = <const English extends Texts>(texts: {
  readonly en: English;
  readonly de: Same<English>;
}): Catalogue<Same<English>> => texts as unknown as Catalogue<Same<English>>;

/** Returns the texts of an area in the language of the viewer. */
export const useTexts = <Texts>(texts: Catalogue<Texts>): Texts => texts[usePreferences().language];

/** Returns `1 agent` or `3 agents`. */
export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;
