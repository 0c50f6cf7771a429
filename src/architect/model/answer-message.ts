import { type Draft, type TestQuestion, type Topic, topics } from '../../db/schema/architect.ts';
import type { Ctx } from '../../platform/context.ts';
import { english, languageOf, phrasesOf } from '../builtin/languages.ts';
import { deriveQuestions, storeDocuments } from '../documents.ts';
import { basesOf, type Incoming, type Outgoing } from '../turn.ts';
import { askModel } from './ask-model.ts';
import { mergeOutput } from './merge-output.ts';
import { type TurnOutput, turnSchema } from './output.ts';
import { describeSession, turnInstructions } from './prompt.ts';

const maxSuggestions = 6;
const maxSuggestionChars = 200;
const maxReplyChars = 8000;

/** Answers a message with a model. What it writes is checked and limited; it decides nothing but the draft. */
export async function answerByModel(
  ctx: Ctx,
  incoming: Incoming,
  model: string,
): Promise<Outgoing> {
  const { session, messages, catalog, message, topic } = incoming;
  const said = topic === null ? message : `${topic}: ${message}`;
  const named = incoming.documents
    .map(({ name, text }) => `\n[document ${name}]\n${text}`)
    .join('');
  const { output, run_id, cost_nano_usd } = await askModel<TurnOutput>(ctx, {
    model,
    instructions: turnInstructions,
    text: describeSession(
      [...messages, { role: 'user', text: said + named }],
      session.draft,
      session.findings,
      catalog,
    ),
    schema: turnSchema,
    labels: { architect_session: session.id },
  });
  const { base_id, documents } = await storeDocuments(ctx, session, [
    ...incoming.documents,
    ...(output.keep_message_as_document === true ? [{ name: 'notes.md', text: message }] : []),
  ]);
  const kept = [...new Set([...basesOf(session.draft), ...(base_id === null ? [] : [base_id])])];
  const merged = mergeOutput(
    session.draft,
    { ...output, base_ids: output.base_ids ?? kept },
    catalog,
    base_id === null ? [] : [base_id],
  );
  const { draft } = merged;
  const derived = await deriveQuestions(
    ctx,
    documents,
    [],
    phrasesOf(languageOf(draft.description)) ?? english,
  );
  return {
    reply: output.reply.slice(0, maxReplyChars),
    suggestions: suggestionsOf(output),
    draft: withDerived(draft, derived),
    brief: session.brief,
    asked: null,
    open: openOf(output, session.open),
    base_id,
    findings: merged.findings,
    run_id,
    cost_nano_usd,
  };
}

/** Adds questions that the documents answer, unless the model has written some. */
function withDerived(draft: Draft, derived: readonly TestQuestion[]): Draft {
  const hasOwn = draft.test_questions.some(({ expects }) => expects === 'answer');
  return hasOwn
    ? draft
    : { ...draft, test_questions: [...draft.test_questions, ...derived].slice(0, 12) };
}

function suggestionsOf({ suggestions }: TurnOutput): string[] {
  const clean = (suggestions ?? []).map((one) => one.trim().slice(0, maxSuggestionChars));
  return [...new Set(clean.filter(Boolean))].slice(0, maxSuggestions);
}

const openOf = ({ open }: TurnOutput, before: readonly Topic[]): Topic[] =>
  open == null ? [...before] : topics.filter((topic) => open.includes(topic));
