import { type AgentConfig, parseConfig } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import { selectHeadings } from '../../knowledge/index.ts';
import { askModel, parseStructured, writeConversation } from '../../llm/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { type RunVersionRow, type SpanRow, selectSpans } from '../../runs/index.ts';
import { authorizeSession } from '../authorize-session.ts';
import { headOf, type MessageRow, selectPath } from '../store/messages.ts';
import { selectVersionOfSession } from '../store/runs.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import type { AskSuggestions, Suggestions } from './schema.ts';
import {
  type SuggestFrom,
  suggestByRule,
  suggestionInstructions,
  suggestionSchema,
  tidySuggestions,
} from './suggestions.ts';
import { abridge } from './summary.ts';

/** Messages that are looked at for what was asked, and those a model gets to read. */
const read = { asked: 60, model: 6 };
const maxTokens = 400;

/** Questions that an end user may ask next: by the workspace's background model, or by rule where there is none or it fails. */
export async function suggest(
  ctx: Ctx,
  session_id: string,
  { count }: AskSuggestions,
): Promise<Suggestions> {
  const [sessions, versions, path] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectVersionOfSession(ctx.db, ctx.workspace_id, session_id, null),
    selectPath(
      ctx.db,
      ctx.workspace_id,
      session_id,
      headOf(ctx.workspace_id, session_id),
      read.asked,
    ),
  ]);
  const session = authorizeSession(ctx, sessions);
  const [version] = versions;
  const config = version === undefined ? null : parseConfig(version.config);
  const from = await gather(ctx, config, path);
  const model = path.length === 0 ? null : (version?.background_model ?? null);
  const asked =
    model === null ? null : await askFor(ctx, { session, version, path, from, count, model });
  const reply: Suggestions =
    asked === null || asked.suggestions.length === 0
      ? { suggestions: suggestByRule(from, count), source: 'rule' }
      : { suggestions: asked.suggestions, source: 'model' };
  await commit(ctx, { statements: asked?.usage ?? [], reply });
  return reply;
}

async function gather(
  ctx: Ctx,
  config: AgentConfig | null,
  path: readonly MessageRow[],
): Promise<SuggestFrom> {
  const asked = path.filter(({ role }) => role === 'user').map(({ text }) => text);
  const answer = path.find(({ role }) => role === 'assistant');
  const found =
    answer === undefined
      ? []
      : (await selectSpans(ctx.db, ctx.workspace_id, answer.run_id).all()).flatMap(chunksOf);
  const cited = (answer?.citations ?? []).map((citation) =>
    String((citation as { chunk_id?: string }).chunk_id),
  );
  const ids = [...new Set([...found.filter((id) => !cited.includes(id)), ...cited])];
  const headings = ids.length === 0 ? [] : await selectHeadings(ctx.db, ctx.workspace_id, ids);
  const starter_questions = config?.starter_questions ?? [];
  return {
    headings: [...new Set(headings.map(({ heading }) => heading))],
    starter_questions,
    asked: asked.reverse(),
  };
}

const chunksOf = ({ type, output }: SpanRow): string[] =>
  type === 'retrieval'
    ? ((output as { hits?: { chunk_id: string }[] } | null)?.hits ?? []).map(
        ({ chunk_id }) => chunk_id,
      )
    : [];

interface Ask {
  readonly session: SessionRow;
  readonly version: RunVersionRow | undefined;
  readonly path: readonly MessageRow[];
  readonly from: SuggestFrom;
  readonly count: number;
  readonly model: string;
}

async function askFor(
  ctx: Ctx,
  { session, version, path, from, count, model }: Ask,
): Promise<{ suggestions: string[]; usage: Statement[] }> {
  const messages = path.slice(0, read.model).reverse().map(abridge);
  const topics = from.headings.slice(0, 20).join('\n');
  const { text, usage } = await askModel(ctx, {
    agent_id: session.agent_id,
    version_id: version?.version_id ?? null,
    session_id: session.id,
    end_user_id: session.end_user_id,
    model,
    operation: 'suggestions',
    call_key: `${session.id}:suggestions:${ctx.newId('use')}`,
    instructions: suggestionInstructions(count),
    text: writeConversation([
      ...messages,
      ...(topics === '' ? [] : [{ role: 'assistant' as const, text: `Documents: ${topics}` }]),
    ]),
    max_output_tokens: maxTokens,
    schema: suggestionSchema(count),
  });
  // A model may give more than was asked for; the first are as good as any.
  const parsed = text === null ? null : parseStructured(text, suggestionSchema(100));
  const suggestions =
    parsed?.ok === true ? (parsed.value as { suggestions: string[] }).suggestions : [];
  return { suggestions: tidySuggestions(suggestions, from.asked, count), usage };
}
