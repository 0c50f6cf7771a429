import { selectAgent } from '../../agents/index.ts';
import { isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { authorizeAgent, authorizeOwned, creatorFilter } from '../../runs/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { skipSessions } from './cursor-store.ts';
import {
  type CreateMemory,
  type ForgetQuery,
  type MemoriesQuery,
  type Memory,
  toMemory,
  type UpdateMemory,
} from './schema.ts';
import {
  deleteMemories,
  deleteMemory,
  forgetExcess,
  insertMemory,
  type MemoryRow,
  selectMemories,
  selectMemory,
  updateMemory,
} from './store.ts';

/** Throws `not_found` for the token of another end user. */
function authorizePerson({ actor }: Ctx, end_user_id: string): string {
  if (actor.type === 'end_user' && actor.id !== end_user_id) throw notFound('end user');
  return end_user_id;
}

/** Limits of the facts that the caller may see: agents of its key, and its own sessions. */
const limitsOf = (ctx: Ctx) => ({
  agent_ids: coveredAgents(ctx.actor) ?? undefined,
  created_by: creatorFilter(ctx),
});

/** Lists what agents remember of an end user, newest first. */
export function listMemories(
  ctx: Ctx,
  end_user_id: string,
  { limit, cursor, ...filters }: MemoriesQuery,
): Promise<Page<Memory>> {
  const filter = {
    ...{ end_user_id: authorizePerson(ctx, end_user_id) },
    ...filters,
    ...limitsOf(ctx),
  };
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'memories',
      filters: filter,
    },
    { limit, cursor },
    (after, count) => selectMemories(ctx.db, ctx.workspace_id, filter, after, count).all(),
    (row) => row.id,
    toMemory,
  );
}

const refuseKnown = (error: unknown): never => {
  if (
    !isUniqueViolation(
      error,
      'memories.workspace_id',
      'memories.agent_id',
      'memories.end_user_id',
      'memories.text',
    )
  )
    throw error;
  throw new Failure('conflict', 'The agent remembers this already, as another fact.');
};

/** Writes a fact about an end user. Throws `not_found` for an agent that the key does not cover, and `conflict` for a fact that is known. */
export async function createMemory(
  ctx: Ctx,
  end_user_id: string,
  { agent_id, ...given }: CreateMemory,
): Promise<Memory> {
  authorizePerson(ctx, end_user_id);
  authorizeAgent(ctx, await selectAgent(ctx.db, ctx.workspace_id, agent_id));
  const now = ctx.now();
  const row: MemoryRow = {
    ...{ id: ctx.newId('fact'), workspace_id: ctx.workspace_id, agent_id, end_user_id, ...given },
    ...{ origin: 'api', session_id: null, message_id: null },
    ...{ supersedes: null, superseded_at: null, created_by: actorId(ctx.actor) },
    ...{ created_at: now, updated_at: now },
  };
  const reply = toMemory(row);
  const [[stored]] = await commit(ctx, {
    statements: [insertMemory(ctx.db, row), forgetExcess(ctx.db, row)],
    audit: [{ action: 'memory.create', target_type: 'memory', target_id: row.id }],
    reply,
  }).catch(refuseKnown);
  if (stored === undefined) throw notFound('agent');
  return reply;
}

async function findMemory(ctx: Ctx, id: string): Promise<MemoryRow> {
  const [row] = await selectMemory(ctx.db, ctx.workspace_id, id);
  return authorizeOwned(ctx, row, 'memory');
}

export const getMemory = async (ctx: Ctx, id: string): Promise<Memory> =>
  toMemory(await findMemory(ctx, id));

/** Changes a fact. Throws `conflict` when the same agent has another fact with this text. */
export async function changeMemory(
  ctx: Ctx,
  id: string,
  { text, confidence }: UpdateMemory,
): Promise<Memory> {
  const former = await findMemory(ctx, id);
  const changes = {
    updated_at: ctx.now(),
    ...(text === undefined ? {} : { text }),
    ...(confidence === undefined ? {} : { confidence }),
  };
  const reply = toMemory({ ...former, ...changes });
  const [[stored]] = await commit(ctx, {
    statements: [updateMemory(ctx.db, ctx.workspace_id, id, changes)],
    audit: [{ action: 'memory.update', target_type: 'memory', target_id: id }],
    reply,
  }).catch(refuseKnown);
  if (stored === undefined) throw notFound('memory');
  return reply;
}

export async function forgetMemory(ctx: Ctx, id: string): Promise<void> {
  await findMemory(ctx, id);
  const [[gone]] = await commit(ctx, {
    statements: [deleteMemory(ctx.db, ctx.workspace_id, id)],
    audit: [{ action: 'memory.delete', target_type: 'memory', target_id: id }],
  });
  if (gone === undefined) throw notFound('memory');
}

/** Deletes everything that agents remember of an end user, as far as the caller may see it. No job finds it again in the messages so far. */
export async function forgetAll(
  ctx: Ctx,
  end_user_id: string,
  { agent_id }: ForgetQuery,
): Promise<void> {
  const filter = { end_user_id: authorizePerson(ctx, end_user_id), agent_id, ...limitsOf(ctx) };
  await commit(ctx, {
    statements: [
      deleteMemories(ctx.db, ctx.workspace_id, filter),
      skipSessions(ctx.db, ctx.workspace_id, filter),
    ],
    audit: [{ action: 'memory.delete', target_type: 'end_user', target_id: end_user_id }],
  });
}
