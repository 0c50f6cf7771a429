import { describe, expect, it } from 'vitest';
import { languages, noticesIn } from '../../src/shared/chat-texts/languages.ts';
import { catalogues, chooseTexts, detailOr, fill, texts } from '../../src/widget/texts/texts.ts';

const english: Readonly<Record<string, string>> = catalogues.en ?? {};
const valuesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the texts of the chat', () => {
  it.each(Object.keys(catalogues))('have every key and value in %s', (language) => {
    const catalogue: Readonly<Record<string, string>> = catalogues[language] ?? {};
    expect(Object.keys(catalogue)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(english)) {
      const translated = catalogue[key] ?? '';
      expect([key, valuesIn(translated)]).toEqual([key, valuesIn(text)]);
      expect([key, translated.trim()]).not.toEqual([key, '']);
      // A forgotten text would be in English; these are the same word.
      if (language !== 'en' && !['person', 'code', 'stop'].includes(key))
        expect([key, translated]).not.toEqual([key, text]);
    }
  });

  it.each(languages)('have every notice and value in %s', (language) => {
    expect(Object.keys(catalogues)).toEqual([...languages]);
    const notices: Readonly<Record<string, string>> = noticesIn[language];
    expect(Object.keys(notices)).toEqual(Object.keys(noticesIn.en));
    for (const [key, text] of Object.entries(noticesIn.en)) {
      const translated = notices[key] ?? '';
      expect([key, valuesIn(translated)]).toEqual([key, valuesIn(text)]);
      if (language !== 'en') expect([key, translated]).not.toEqual([key, text]);
    }
  });

  it('are those of the first known language, with the labels of the site', () => {
    expect(chooseTexts(['fr', 'de-CH', 'en'], undefined)).toBe('de-CH');
    expect([texts.send, detailOr('In English.', 'Auf Deutsch.')]).toEqual([
      'Senden',
      'Auf Deutsch.',
    ]);
    expect(chooseTexts(['fr'], '{"send":"Envoyer","page":7,"toString":"x"}')).toBe('fr');
    expect([texts.send, texts.page, Object.hasOwn(texts, 'toString')]).toEqual([
      'Envoyer',
      'Page {page}',
      false,
    ]);
    expect(detailOr('In English.', 'Other.')).toBe('In English.');
    expect(chooseTexts([''], undefined)).toBe('en');
    expect([texts.send, fill(texts.pageOf, { page: 3, count: 9 })]).toEqual([
      'Send',
      'Page 3 of 9',
    ]);
  });
});
