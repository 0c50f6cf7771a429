import type { Draft, TestQuestion } from '../../db/schema/architect.ts';
import { cleanTitle } from '../../llm/index.ts';
import type { Catalog } from '../catalog.ts';
import { type Domain, domainOf } from '../domains/index.ts';
import type { Brief } from './brief.ts';
import { instructionsFrom } from './instructions.ts';
import { english, languageOf, phrasesOf } from './languages.ts';
import { chosenTools } from './tools.ts';

/** What the built-in architect knows when it writes a draft. */
export interface Material {
  readonly brief: Brief;
  readonly catalog: Catalog;
  /** The knowledge bases that the agent will search. */
  readonly base_ids: readonly string[];
  /** Questions that the documents answer. */
  readonly questions: readonly TestQuestion[];
}

export const initialName = 'New agent';
const maxStarters = 6;
const maxNameChars = 60;
const maxTestQuestions = 11;
const maxVariables = 20;

/** Writes the draft of an agent from what the user has said. Pure: the same material gives the same draft. */
export function composeDraft({ brief, catalog, base_ids, questions }: Material): Draft {
  const purpose = brief.purpose ?? '';
  const domain = domainOf(purpose);
  const language = languageOf(Object.values(brief).join('\n'));
  const phrases = phrasesOf(language) ?? english;
  const tools = chosenTools(brief.tools ?? '', catalog.tools);
  const isGrounded = domain.id !== 'marketing' && domain.id !== 'general';
  const asked = questions.filter(({ expects }) => expects === 'answer').map((one) => one.question);
  const starters =
    asked.length > 0 ? asked : language === 'en' && purpose !== '' ? domain.starters : [];
  const contacts = contactsIn(brief.unanswerable ?? '');
  return {
    name: nameFrom(brief),
    description: purpose.slice(0, 2000),
    config: {
      instructions: purpose === '' ? '' : instructionsFrom({ brief, domain, tools }),
      ...(tools.length === 0 ? {} : { tools: tools.map(({ name }) => name) }),
      ...(purpose === '' ? {} : { welcome_message: phrases.welcome }),
      starter_questions: starters.slice(0, maxStarters),
      inputs: variablesIn(Object.values(brief).join('\n')),
      knowledge: {
        ...(base_ids.length === 0 ? {} : { base_ids: [...base_ids] }),
        top_k: domain.top_k,
        scope: isGrounded || base_ids.length > 0 ? 'only' : 'first',
        citations: true,
        no_answer: [phrases.no_answer, ...contacts].join(' '),
        ...(catalog.default_model.startsWith('builtin/') ? {} : { rewrite_query: true }),
      },
    },
    test_questions:
      purpose === ''
        ? []
        : [...questions.slice(0, maxTestQuestions), declined(domain, language, phrases.decline)],
  };
}

const declined = (domain: Domain, language: string, general: string): TestQuestion => ({
  question: language === 'en' ? domain.decline : general,
  expects: 'decline',
});

function nameFrom(brief: Brief): string {
  const given = oneLine(brief.name ?? '')
    .slice(0, 100)
    .trim();
  if (given !== '') return given;
  const clause = (brief.purpose ?? '').trim().split(/[:：;.。!?？\n]/u, 1)[0] ?? '';
  return cleanTitle(wholeWords(oneLine(clause), maxNameChars)) ?? initialName;
}

/** Cuts a text at the last space before a length; a text without spaces at the length. */
function wholeWords(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max + 1);
  const space = cut.lastIndexOf(' ');
  return cut.slice(0, space > max / 2 ? space : max).toWellFormed();
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();

/** Returns email addresses, web addresses and telephone numbers of a text. */
const contactsIn = (text: string): string[] =>
  (
    text.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:\/\/[^\s<>"'()]+|\+?\d[\d ()/-]{5,18}\d/gu) ??
    []
  ).slice(0, 3);

/** Declares a field for each `{{variable}}`, so that it is filled in when a session starts. */
const variablesIn = (text: string) =>
  [
    ...new Set(
      [...text.matchAll(/\{\{\s*([A-Za-z_]\w{0,63})\s*\}\}/gu)].map(([, name = '']) => name),
    ),
  ]
    .slice(0, maxVariables)
    .map((name) => ({
      type: 'text' as const,
      name,
      label: name.replaceAll('_', ' ').trim() || name,
      required: false,
      default: null,
    }));
