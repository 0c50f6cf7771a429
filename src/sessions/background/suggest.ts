import { type AgentConfig, parseConfig } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { selectHeadings } from '../../knowledge/index.ts';
import { runTask, suggestionsTask } from '../../llm/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  type AnyMessageRow,
  readableMessages,
  type SpanRow,
  selectSpans,
} from '../../runs/index.ts';
import { authorizeSession } from '../authorize-session.ts';
import { headOf, selectPath } from '../store/messages.ts';
import { selectVersionOfSession } from '../store/runs.ts';
import { selectSession } from '../store/sessions.ts';
import type { AskSuggestions, Suggestions } from './schema.ts';

/** Maximum messages that are searched for earlier questions, and that a model receives. */
const read = { asked: 60, model: 6 };

/**
 * Suggests questions that an end user may send next: by the workspace's background model, or by
 * rule without one or when it fails.
 */
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
  const readable = await readableMessages(ctx, path);
  const input = {
    ...(await gather(ctx, config, readable)),
    conversation: readable.slice(0, read.model).reverse(),
    count,
  };
  const { output, by, usage } = await runTask(ctx, suggestionsTask, input, {
    agent_id: session.agent_id,
    version_id: version?.version_id ?? null,
    session_id: session.id,
    end_user_id: session.end_user_id,
    model: path.length === 0 ? null : (version?.background_model ?? null),
    call_key: `${session.id}:suggestions:${ctx.newId('use')}`,
  });
  const reply: Suggestions = {
    suggestions: [...output],
    source: by === 'builtin' ? 'rule' : 'model',
  };
  await commit(ctx, { statements: usage, ...(ctx.groups === null ? { reply } : {}) });
  return reply;
}

async function gather(ctx: Ctx, config: AgentConfig | null, path: readonly AnyMessageRow[]) {
  const asked = path.filter(({ role }) => role === 'user').map(({ text }) => text);
  const answer = path.find((row) => row.role === 'assistant' && row.is_withheld !== true);
  const found =
    answer === undefined
      ? []
      : (await selectSpans(ctx.db, ctx.workspace_id, answer.run_id).all()).flatMap(chunksOf);
  const cited = (answer?.citations ?? []).flatMap(
    (citation) => (citation as { chunk_id?: string }).chunk_id ?? [],
  );
  const ids = [...new Set([...found.filter((id) => !cited.includes(id)), ...cited])];
  const headings =
    ids.length === 0 ? [] : await selectHeadings(ctx.db, ctx.workspace_id, ids, ctx.groups);
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
