import type { Catalog } from '../catalog.ts';
import type { Domain } from '../domains/index.ts';
import type { Brief } from './brief.ts';

interface Given {
  readonly brief: Brief;
  readonly domain: Domain;
  readonly tools: Catalog['tools'];
}

/** Writes instructions in sections: role, workflow, scope, edge cases, tools, format. What the user said is quoted as it is. */
export function instructionsFrom({ brief, domain, tools }: Given): string {
  const sections = [
    `You are the ${domain.role} described here: ${line(brief.purpose)}`,
    section('Audience', [`You talk to: ${line(brief.audience) || domain.audiences[0]}.`]),
    section('Workflow', numbered(domain.workflow)),
    section('Scope', [
      'Stay within the purpose above. Decline everything else in one sentence and say what you can help with.',
      'Do not give:',
      ...bullets([...domain.refuse, ...lines(brief.scope)]),
    ]),
    section('Edge cases', [
      ...bullets([
        ...domain.edge_cases,
        'If you do not find the answer in the documents, say so and do not guess.',
        ...lines(brief.unanswerable).map((one) => `For a question that you cannot answer: ${one}`),
      ]),
    ]),
    tools.length === 0
      ? ''
      : section(
          'Tools',
          bullets(
            tools.map(({ name, description }) => `\`${name}\`: ${firstSentence(description)}`),
          ),
        ),
    section(
      'Format',
      bullets([
        `Tone: ${line(brief.tone) || domain.tone}.`,
        'Answer in the language of the last message.',
        'At most five sentences, or a numbered list for steps.',
      ]),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

const section = (title: string, content: readonly string[]) => `# ${title}\n${content.join('\n')}`;
const bullets = (items: readonly string[]) => items.map((item) => `- ${item}`);
const numbered = (items: readonly string[]) => items.map((item, index) => `${index + 1}. ${item}`);

/** Returns a text in one line, without a full stop at its end. */
const line = (text = ''): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.。]$/u, '');

/** Returns the items of a text: its lines, without markers of lists. */
const lines = (text = ''): string[] =>
  text
    .split('\n')
    .map((one) => one.replace(/^\s*(?:[-*•]|\d+[.)])\s+/u, '').trim())
    .filter((one) => one !== '');

const firstSentence = (text: string): string =>
  (/^[\s\S]{1,300}?[.!?。](?=\s|$)/u.exec(text)?.[0] ?? text.slice(0, 300))
    .replaceAll(/\s+/g, ' ')
    .trim();
