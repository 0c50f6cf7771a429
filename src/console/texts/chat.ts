import { catalogue } from './catalogue.ts';

export const chatTexts = catalogue({
  en: {
    user: 'User',
    agent: 'Agent',
    called: (tool: string) => `Called ${tool}`,
    withheld: 'This answer cites a file that its reader may not read, or no longer.',
  },
  de: {
    user: 'Nutzer',
    agent: 'Agent',
    called: (tool: string) => `${tool} aufgerufen`,
    withheld: 'Diese Antwort zitiert eine Datei, die ihr Leser nicht oder nicht mehr lesen darf.',
  },
});
