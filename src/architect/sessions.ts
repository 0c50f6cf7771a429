import { batch } from '../db/client.ts';
import { deleteBase, unknownBases } from '../knowledge/index.ts';
import { assertConfigured } from '../llm/index.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import { Failure, validationFailed } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { day } from '../shared/time.ts';
import { greeting } from './builtin/answer-message.ts';
import { openTopics } from './builtin/brief.ts';
import { composeDraft } from './builtin/compose.ts';
import { questionOf, suggestionsFor } from './builtin/questions.ts';
import { readCatalog } from './catalog.ts';
import { findSession, reserveSession } from './claim.ts';
import { checkDraft } from './draft.ts';
import { isBuiltin } from './model/ask-model.ts';
import {
  type ArchitectConversation,
  type ArchitectSession,
  type CreateArchitectSession,
  toArchitectMessage,
  toArchitectSession,
} from './schema.ts';
import {
  deleteSessions,
  insertMessage,
  insertSession,
  type MessageRow,
  type SessionRow,
  selectMessages,
  selectSessions,
} from './store.ts';

export const keptFor = 30 * day;

/** Starts a conversation with a question about the purpose. Throws `validation_failed`. */
export async function createSession(
  ctx: Ctx,
  { model: given, base_ids }: CreateArchitectSession,
): Promise<ArchitectConversation> {
  if (given !== undefined && !isBuiltin(given)) await assertConfigured(ctx, given, '/model');
  const unknown = await unknownBases(ctx, base_ids);
  if (unknown.length > 0)
    throw validationFailed(
      unknown.map((id) => ({
        pointer: `/base_ids/${base_ids.indexOf(id)}`,
        detail: 'This knowledge base does not exist.',
      })),
    );
  const catalog = await readCatalog(ctx);
  const model = given ?? catalog.default_model;
  const material = { brief: {}, catalog, base_ids, questions: [] };
  const { draft, findings } = await checkDraft(ctx, composeDraft(material), catalog);
  const now = ctx.now();
  const row: SessionRow = {
    id: ctx.newId('ars'),
    workspace_id: ctx.workspace_id,
    model: isBuiltin(model) ? null : model,
    ...{ draft, findings, brief: {}, open: openTopics({}), asked: 'purpose' },
    ...{ previews: [], tested_at: null, base_id: null, agent_id: null },
    ...{ message_count: 1, busy_until: 0, revision: 1 },
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    expires_at: now + keptFor,
  };
  const message: MessageRow = {
    ...{ id: ctx.newId('msg'), workspace_id: ctx.workspace_id, session_id: row.id },
    role: 'assistant',
    text: row.model === null ? greeting : questionOf.purpose,
    suggestions: suggestionsFor('purpose', {}, catalog, draft.name),
    ...{ run_id: null, cost_nano_usd: 0, created_at: now },
  };
  const reply = { ...toArchitectSession(row), messages: [toArchitectMessage(message)] };
  await commit(ctx, {
    statements: [insertSession(ctx.db, row), insertMessage(ctx.db, message)],
    audit: [audit('create', row.id, { model: row.model ?? 'builtin' })],
    reply,
  });
  return reply;
}

export const audit = (
  verb: string,
  id: string,
  detail: Readonly<Record<string, unknown>> = {},
) => ({
  action: `architect_session.${verb}`,
  target_type: 'architect_session',
  target_id: id,
  detail,
});

/** Returns a session with its messages. Throws `not_found`. */
export async function getSession(ctx: Ctx, id: string): Promise<ArchitectConversation> {
  const row = await findSession(ctx, id);
  const messages = await selectMessages(ctx.db, ctx.workspace_id, id).all();
  return { ...toArchitectSession(row), messages: messages.map(toArchitectMessage) };
}

/** Lists sessions, newest first. */
export const listSessions = (ctx: Ctx, query: PageQuery): Promise<Page<ArchitectSession>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'architect-sessions',
    },
    query,
    (after, limit) => selectSessions(ctx.db, ctx.workspace_id, after, limit).all(),
    ({ id }) => id,
    toArchitectSession,
  );

/**
 * Deletes a session with its messages, and its documents unless an agent searches them. Throws `not_found` and
 * `session_busy`.
 */
export async function deleteSession(ctx: Ctx, id: string): Promise<void> {
  const row = await findSession(ctx, id);
  if (row.agent_id === null) await reserveSession(ctx, id);
  await removeSession(ctx, row);
}

/** Removes a session that no request changes. */
export async function removeSession(
  ctx: Ctx,
  row: Pick<SessionRow, 'id' | 'base_id' | 'agent_id'>,
  verb = 'delete',
): Promise<void> {
  if (row.base_id !== null && row.agent_id === null)
    await deleteBase({ ...ctx, idempotency: null }, row.base_id).catch((error: unknown) => {
      // An agent searches it, or it has been deleted.
      if (!(error instanceof Failure) || !['conflict', 'not_found'].includes(error.code))
        throw error;
    });
  const statements = deleteSessions(ctx.db, ctx.workspace_id, [row.id]);
  if (verb === 'delete') await commit(ctx, { statements, audit: [audit(verb, row.id)] });
  else await batch(ctx.db, statements);
}
