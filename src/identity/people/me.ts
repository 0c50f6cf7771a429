import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { toWireTime } from '../../shared/time.ts';
import {
  deleteSession,
  deleteSessions,
  type SessionRow,
  selectSessionById,
  selectSessions,
} from '../sessions/store.ts';
import { auditPerson, currentUser, personOf, readPerson } from './person.ts';
import type { Person } from './schema.ts';
import type { UserSession } from './session-schema.ts';
import { updateUser } from './store.ts';

export async function getPerson(ctx: Ctx): Promise<Person> {
  const { id, session_id } = personOf(ctx);
  const session = await selectSessionById(ctx.db, id, session_id).get();
  return readPerson(ctx, id, session ?? { id: session_id, last_workspace_id: null });
}

export async function updatePerson(
  ctx: Ctx,
  changes: { readonly name?: string | undefined },
): Promise<Person> {
  const { id } = await currentUser(ctx);
  const { name } = changes;
  if (name !== undefined)
    await commit(ctx, {
      statements: [updateUser(ctx.db, id, { name, updated_at: ctx.now() })],
      audit: await auditPerson(ctx, id, 'person.update', { name }),
    });
  return getPerson(ctx);
}

export const listSessions = (ctx: Ctx, query: PageQuery): Promise<Page<UserSession>> => {
  const { id, session_id } = personOf(ctx);
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: id, list: 'user-sessions' },
    query,
    (after, limit) => selectSessions(ctx.db, id, after, limit).all(),
    (row) => row.id,
    (row) => toSession(row, session_id),
  );
};

export const toSession = (row: SessionRow, current: string): UserSession => ({
  id: row.id,
  method: row.method,
  is_current: row.id === current,
  user_agent: row.user_agent,
  ip: row.ip,
  created_at: toWireTime(row.created_at),
  last_seen_at: toWireTime(row.last_seen_at),
  expires_at: toWireTime(row.expires_at),
});

/** Ends one session of the person. Throws `not_found`, also for a session of somebody else. */
export async function endSession(ctx: Ctx, session_id: string): Promise<void> {
  const { id } = personOf(ctx);
  const [rows] = await commit(ctx, {
    statements: [deleteSession(ctx.db, id, session_id)],
    audit: await auditPerson(ctx, id, 'session.end', { session_id }),
  });
  if (rows.length === 0) throw notFound('sign-in session');
}

/** Ends all sessions of the person but this one. */
export async function endOtherSessions(ctx: Ctx): Promise<void> {
  const { id, session_id } = personOf(ctx);
  await commit(ctx, {
    statements: [deleteSessions(ctx.db, id, session_id)],
    audit: await auditPerson(ctx, id, 'session.end_others'),
  });
}
