import type { Topic } from '../../db/schema/architect.ts';
import type { Catalog } from '../catalog.ts';
import { type Domain, domainOf } from '../domains/index.ts';
import type { Brief } from './brief.ts';
import { fittingTools } from './tools.ts';

/** Why a topic matters, as a question. */
export const questionOf: Readonly<Record<Topic, string>> = {
  purpose: 'What should the agent do? Describe it in one or two sentences, in any language.',
  audience: 'Who will talk to it?',
  knowledge:
    'What does it have to know? Paste the facts here, send documents, or name knowledge bases of the workspace.',
  scope: 'What must it decline, besides the usual?',
  tone: 'How should it sound?',
  tools: 'Which tools may it use?',
  unanswerable: 'What should it say when it has no answer? Name a contact if there is one.',
  name: 'What is its name?',
};

const maxSuggestions = 6;

/** Returns answers to the question about a topic that the user can choose. */
export function suggestionsFor(
  topic: Topic,
  brief: Brief,
  catalog: Catalog,
  proposedName: string,
): string[] {
  const domain = domainOf(brief.purpose ?? '');
  return [...new Set(candidatesFor(topic, domain, catalog, proposedName))].slice(0, maxSuggestions);
}

function candidatesFor(
  topic: Topic,
  domain: Domain,
  { tools, bases }: Catalog,
  proposedName: string,
): readonly string[] {
  switch (topic) {
    case 'purpose':
      return [
        'Answer questions of customers about our products',
        'Help employees with HR policies',
        'Explain our software to developers',
      ];
    case 'audience':
      return domain.audiences;
    case 'knowledge':
      return [...bases.slice(0, maxSuggestions - 1).map(({ name }) => name), 'Skip'];
    case 'scope':
      return [...domain.refuse, 'Skip'];
    case 'tone':
      return [domain.tone, 'formal and precise', 'warm and informal'];
    case 'tools': {
      const fitting = fittingTools(domain.tools, tools).map(({ name }) => name);
      return [...fitting.slice(0, maxSuggestions - 1), 'Skip'];
    }
    case 'unanswerable':
      return ['Say so and ask for another question', 'Refer to a person', 'Skip'];
    case 'name':
      return [proposedName];
  }
}
