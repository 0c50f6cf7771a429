import { catalogue } from './catalogue.ts';

export const keyAgentTexts = catalogue({
  en: {
    agents: 'Agents',
    hint: 'Those that the key may use. None chosen: all.',
    all: 'All',
  },
  de: {
    agents: 'Agenten',
    hint: 'Die der Schlüssel verwenden darf. Keiner gewählt: alle.',
    all: 'Alle',
  },
});
