import { and, desc, eq, getTableColumns, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { members, user_sessions, users } from '../../db/schema/people.ts';
import { rate_limits } from '../../db/schema/rate-limits.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

export type SessionRow = typeof user_sessions.$inferSelect;

/**
 * Finds a session by the hash of its cookie, with the membership that applies: in the named workspace, else in the last
 * one, else in the oldest. Read without a workspace id: the credential determines the workspace.
 */
export const selectSession = (db: Db, token_hash: string, workspace_id: string | null) =>
  db
    .select({
      ...getTableColumns(user_sessions),
      // Each column has a name of its own, see `openDb`.
      member_id: sql<string | null>`${members.id}`.as('member_id'),
      role: members.role,
      workspace_id: members.workspace_id,
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
    })
    .from(user_sessions)
    .leftJoin(
      members,
      sql`${members.id} = (
        select m.id from members m join workspaces w on w.id = m.workspace_id
        where m.user_id = ${user_sessions.user_id} and m.removed_at is null
        and w.suspended_at is null and w.deleted_at is null
        and (${workspace_id} is null or m.workspace_id = ${workspace_id})
        order by m.workspace_id = coalesce(${user_sessions.last_workspace_id}, '') desc, m.id limit 1)`,
    )
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, members.workspace_id))
    .where(eq(user_sessions.token_hash, token_hash));

/**
 * Inserts a session. Violates `user_sessions.user_id` unless `proof`, a condition over `users`, still holds: what has proven
 * the person may have been changed or removed since it was read.
 */
export const insertSession = (db: Db, row: SessionRow, proof: SQL = sql`1`) =>
  db.insert(user_sessions).values({
    ...row,
    user_id: sql`(select ${users.id} from ${users} where ${users.id} = ${row.user_id} and ${proof})`,
  });

/**
 * A statement for the begin of a batch. Violates `users.email` unless the session exists, and `proof`, a condition over `users`,
 * holds: both may have ended in the meantime.
 */
export const requireSession = (db: Db, user_id: string, id: string, proof: SQL = sql`1`) =>
  db
    .update(users)
    .set({
      email: sql`iif(exists (select 1 from user_sessions s where s.id = ${id} and s.user_id = ${user_id}) and ${proof}, ${users.email}, null)`,
    })
    .where(eq(users.id, user_id));

export const touchSession = (
  db: Db,
  id: string,
  last_seen_at: number,
  last_workspace_id: string | null,
) =>
  db
    .update(user_sessions)
    .set({
      last_seen_at: sql`max(last_seen_at, ${last_seen_at})`,
      ...(last_workspace_id === null ? {} : { last_workspace_id }),
    })
    .where(eq(user_sessions.id, id));

export const selectSessions = (db: Db, user_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(user_sessions)
    .where(
      and(
        eq(user_sessions.user_id, user_id),
        after === null ? undefined : lt(user_sessions.id, after),
      ),
    )
    .orderBy(desc(user_sessions.id))
    .limit(limit);

export const deleteSession = (db: Db, user_id: string, id: string) =>
  db
    .delete(user_sessions)
    .where(and(eq(user_sessions.user_id, user_id), eq(user_sessions.id, id)))
    .returning({ id: user_sessions.id });

/** Ends all sessions of a person, except one where it is given. */
export const deleteSessions = (db: Db, user_id: string, except: string | null) =>
  db
    .delete(user_sessions)
    .where(
      and(
        eq(user_sessions.user_id, user_id),
        except === null ? undefined : ne(user_sessions.id, except),
      ),
    );

export const deleteSessionOfToken = (db: Db, token_hash: string) =>
  db.delete(user_sessions).where(eq(user_sessions.token_hash, token_hash));

/** Gives a session a new token: the one before ends. */
export const replaceToken = (db: Db, id: string, token_hash: string) =>
  db.update(user_sessions).set({ token_hash }).where(eq(user_sessions.id, id));

export const deleteEndedSessions = (db: Db, now: number, idle_since: number) =>
  db
    .delete(user_sessions)
    .where(
      sql`rowid in (select rowid from user_sessions where ${or(
        lte(user_sessions.expires_at, now),
        lte(user_sessions.last_seen_at, idle_since),
      )} limit 1000)`,
    );

/** The account and the workspaces of a person. */
export const selectUser = (db: Db, id: string) => db.select().from(users).where(eq(users.id, id));

export const selectMemberships = (db: Db, user_id: string) =>
  db
    .select({
      member_id: members.id,
      workspace_id: members.workspace_id,
      name: workspaces.name,
      role: members.role,
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspace_id))
    .where(
      and(
        eq(members.user_id, user_id),
        sql`${members.removed_at} is null and ${workspaces.suspended_at} is null and ${workspaces.deleted_at} is null`,
      ),
    )
    .orderBy(members.id);

export const selectSessionById = (db: Db, user_id: string, id: string) =>
  db
    .select()
    .from(user_sessions)
    .where(and(eq(user_sessions.user_id, user_id), eq(user_sessions.id, id)));

/**
 * Finds the membership of the person with an address: in the named workspace, else in the oldest. Read without a
 * workspace id: the credential determines the workspace.
 */
export const selectMemberOfAddress = (db: Db, email: string, workspace_id: string | null) =>
  db
    .select({
      user_id: sql<string>`${users.id}`.as('user_id'),
      has_two_factor: sql<boolean>`${users.totp_confirmed_at} is not null`
        .mapWith(Boolean)
        .as('has_two_factor'),
      member_id: sql<string | null>`${members.id}`.as('member_id'),
      role: members.role,
      workspace_id: members.workspace_id,
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
    })
    .from(users)
    .leftJoin(
      members,
      sql`${members.id} = (
        select m.id from members m join workspaces w on w.id = m.workspace_id
        where m.user_id = ${users.id} and m.removed_at is null
        and w.suspended_at is null and w.deleted_at is null
        and (${workspace_id} is null or m.workspace_id = ${workspace_id})
        order by m.id limit 1)`,
    )
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, members.workspace_id))
    .where(eq(users.email, email));
