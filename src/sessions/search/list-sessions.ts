import { selectAgent } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { withRange } from '../../http/schema.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { authorizeAgent, creatorFilter, endUserOf, mayReadMessages } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { sessionFor } from '../authorize-session.ts';
import { readableTitles } from '../readable.ts';
import type { SessionQuery } from '../schema.ts';
import type { SessionRow } from '../store/sessions.ts';
import { type ListedSession, toMatch } from './schema.ts';
import { type HitRow, type SessionFilter, searchSessions, selectSessions } from './store.ts';
import { queryWords } from './words.ts';

/**
 * Lists the sessions of an agent, or of all agents that the caller's key covers, newest first; with
 * `q` only those with a title or a message that contains all of its words. Throws `not_found` for
 * an agent that does not exist.
 */
export async function listSessions(
  ctx: Ctx,
  agent: string | null,
  query: SessionQuery,
): Promise<Page<ListedSession>> {
  const { limit, cursor, q, ...given } = query;
  // The index has the text of answers, whoever may read them now.
  if (ctx.actor.type === 'end_user' && q !== undefined)
    throw new Failure('forbidden', '`q` is not available to end users.');
  const end_user_id = endUserOf(ctx, given.end_user_id ?? null) ?? undefined;
  const filter: SessionFilter = {
    ...withRange({ ...given, end_user_id }),
    agent,
    only: coveredAgents(ctx.actor),
    created_by: creatorFilter(ctx),
  };
  const scope = {
    secret: ctx.config.signing_secret,
    workspace_id: ctx.workspace_id,
    list: 'sessions',
    filters: { ...filter, only: filter.only?.join(), q },
  };
  if (q !== undefined) return search(ctx, scope, { limit, cursor }, filter, q);
  return readPage(
    scope,
    { limit, cursor },
    async (after, count) => {
      const [agents, rows] = await batch(ctx.db, [
        selectAgent(ctx.db, ctx.workspace_id, agent ?? ''),
        selectSessions(ctx.db, ctx.workspace_id, filter, after, count),
      ]);
      if (agent !== null) authorizeAgent(ctx, agents);
      return readableTitles(ctx, rows);
    },
    (row) => row.id,
    (row) => ({ ...sessionFor(ctx, row), matches: [], match_count: null }),
  );
}

interface FoundRow extends SessionRow {
  readonly index_number: number | null;
  readonly hit_count: number;
  readonly hits: string;
}

function search(
  ctx: Ctx,
  scope: Parameters<typeof readPage>[0],
  page: Parameters<typeof readPage>[1],
  filter: SessionFilter,
  q: string,
): Promise<Page<ListedSession>> {
  const words = queryWords(q);
  return readPage<FoundRow, ListedSession>(
    scope,
    page,
    async (after, count) => {
      const agent = selectAgent(ctx.db, ctx.workspace_id, filter.agent ?? '');
      if (words.length === 0) {
        if (filter.agent !== null) authorizeAgent(ctx, await agent.all());
        return [];
      }
      const query = { words, is_wordless: !mayReadMessages(ctx) };
      const [agents, rows] = await batch(ctx.db, [
        agent,
        searchSessions(
          ctx.db,
          ctx.workspace_id,
          filter,
          query,
          after === null ? null : Number(after),
          count,
        ),
      ]);
      if (filter.agent !== null) authorizeAgent(ctx, agents);
      return rows;
    },
    (row) => String(row.index_number),
    (row) => ({
      ...sessionFor(ctx, row),
      matches: (JSON.parse(row.hits) as HitRow[])
        .sort((a, b) => a.seq - b.seq)
        .map((hit) => toMatch(hit, row.title, words)),
      match_count: row.hit_count,
    }),
  );
}
