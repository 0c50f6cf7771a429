import { catalogue } from './catalogue.ts';

export const peopleTexts = catalogue({
  en: {
    you: 'You',
    system: 'System',
    visitorOf: (link: string, end: string) => `Visitor of ${link} (…${end})`,
    visitor: (end: string) => `Visitor of a share link (…${end})`,
  },
  de: {
    you: 'Sie',
    system: 'System',
    visitorOf: (link: string, end: string) => `Besucher von ${link} (…${end})`,
    visitor: (end: string) => `Besucher eines geteilten Links (…${end})`,
  },
});
