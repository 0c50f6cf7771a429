import type { Draft } from '../../db/schema/architect.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Catalog } from '../catalog.ts';
import { deriveQuestions, type StoredDocument, storeDocuments } from '../documents.ts';
import { domainOf } from '../domains/index.ts';
import type { GivenDocument } from '../schema.ts';
import { basesOf, type Incoming, type Outgoing } from '../turn.ts';
import { type Answer, openTopics, readAnswer } from './brief.ts';
import { composeDraft } from './compose.ts';
import { asSections, statesFacts } from './facts.ts';
import { english, languageOf, phrasesOf } from './languages.ts';
import { questionOf, suggestionsFor } from './questions.ts';

/** First message of every conversation without a model. */
export const greeting = `I am the built-in architect: I follow rules and use no language model. ${questionOf.purpose}`;

const complete =
  'The draft is complete. Test it, create the agent, or change a topic, for example “tone: formal”.';

/** Answers that are needed for the questions of a test. */
const enoughQuestions = 4;

/** Answers a message by rules: assigns it to a topic, writes the draft anew and asks about the next topic. */
export async function answerByRules(ctx: Ctx, incoming: Incoming): Promise<Outgoing> {
  const { session, catalog, message, topic } = incoming;
  const answer = readAnswer(
    session.brief,
    message,
    topic,
    session.asked,
    incoming.documents.length > 0,
  );
  const named = answer.topic === 'knowledge' ? basesNamedIn(answer.text, catalog) : [];
  const { base_id, documents } = await storeDocuments(ctx, session, [
    ...incoming.documents,
    ...(answer.topic === 'knowledge' && named.length === 0 ? factsIn(answer.text) : []),
  ]);
  const base_ids = [
    ...new Set([...basesOf(session.draft), ...named, ...(base_id === null ? [] : [base_id])]),
  ].slice(0, 9);
  const brief =
    documents.length > 0 && answer.brief.knowledge === undefined
      ? { ...answer.brief, knowledge: '' }
      : answer.brief;
  const questions = await questionsOf(
    ctx,
    session.draft,
    documents,
    base_ids,
    Object.values(brief).join('\n'),
  );
  const draft = composeDraft({ brief, catalog, base_ids, questions });
  const open = openTopics(brief);
  const [next = null] = open;
  return {
    reply:
      answer.brief === session.brief
        ? `I have changed nothing, because the message names no topic. ${complete}`
        : replyTo({ ...answer, brief }, documents, named, catalog, next),
    suggestions: next === null ? [] : suggestionsFor(next, brief, catalog, draft.name),
    ...{ draft, brief, asked: next, open, base_id, findings: [] },
    run_id: null,
    cost_nano_usd: 0,
  };
}

const factsIn = (text: string): GivenDocument[] =>
  statesFacts(text) ? [{ name: 'notes.md', text: asSections(text) }] : [];

/** Returns the knowledge bases that a text names, by id or name. */
function basesNamedIn(text: string, { bases }: Catalog): string[] {
  const said = text.toLowerCase();
  return bases
    .filter(
      ({ id, name }) => said.includes(id) || (name.length > 1 && said.includes(name.toLowerCase())),
    )
    .map(({ id }) => id);
}

async function questionsOf(
  ctx: Ctx,
  before: Draft,
  documents: readonly StoredDocument[],
  base_ids: readonly string[],
  said: string,
): Promise<Draft['test_questions']> {
  const known = before.test_questions.filter(({ file_id }) => file_id !== undefined);
  const phrases = phrasesOf(languageOf(said)) ?? english;
  const searched = known.length < enoughQuestions ? base_ids : [];
  const more = await deriveQuestions(ctx, documents, searched, phrases);
  return [...new Map([...known, ...more].map((one) => [one.question, one])).values()];
}

function replyTo(
  { brief, topic, text }: Answer,
  documents: readonly StoredDocument[],
  named: readonly string[],
  { bases }: Catalog,
  next: keyof typeof questionOf | null,
): string {
  const said: string[] = [];
  if (topic === 'purpose') said.push(`I read this as: ${domainOf(text).role}.`);
  if (documents.length > 0)
    said.push(
      `I have stored ${documents.length} ${documents.length === 1 ? 'document' : 'documents'} for it.`,
    );
  if (named.length > 0)
    said.push(
      `It will search: ${bases
        .filter(({ id }) => named.includes(id))
        .map(({ name }) => name)
        .join(', ')}.`,
    );
  if (topic === 'knowledge' && text !== '' && documents.length === 0 && named.length === 0)
    said.push(
      `I do not have these documents yet. Send them with \`documents\`, or upload them to the agent later: ${text.slice(0, 200)}`,
    );
  if (next === null) said.push(complete);
  else said.push(questionOf[next]);
  if (topic === null && next === 'purpose' && brief.purpose === undefined)
    said.unshift('The purpose is needed for everything else.');
  return said.join(' ');
}
