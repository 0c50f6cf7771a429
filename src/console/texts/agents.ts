import { catalogue } from './catalogue.ts';

export const agentTexts = catalogue({
  en: {
    title: 'Agents',
    description:
      'Each answers by instructions, knowledge and tools, in versions that never change.',
    name: 'Name',
    model: 'Model',
    version: 'Version',
    tags: 'Tags',
    changed: 'Changed',
    create: 'New agent',
    search: 'Search agents',
    loading: 'Loading the agents …',
    none: 'No agents yet',
    noneHint: 'Begin with a template, describe what you need to the architect, or import an agent.',
    noMatch: 'No agent matches',
    noMatchHint: 'Try another word, or remove the filters.',
  },
  de: {
    title: 'Agenten',
    description:
      'Jeder antwortet nach Anweisungen, Wissen und Werkzeugen, in Fassungen, die sich nie ändern.',
    name: 'Name',
    model: 'Modell',
    version: 'Fassung',
    tags: 'Schlagwörter',
    changed: 'Geändert',
    create: 'Neuer Agent',
    search: 'Agenten suchen',
    loading: 'Agenten werden geladen …',
    none: 'Noch keine Agenten',
    noneHint:
      'Beginnen Sie mit einer Vorlage, beschreiben Sie dem Architekten Ihr Ziel, oder importieren Sie einen Agenten.',
    noMatch: 'Kein Agent passt',
    noMatchHint: 'Versuchen Sie ein anderes Wort, oder entfernen Sie die Filter.',
  },
});
