import { catalogue } from './catalogue.ts';

export const peopleTexts = catalogue({
  en: { you: 'You', system: 'System' },
  de: { you: 'Sie', system: 'System' },
});
