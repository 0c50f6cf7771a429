import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { isIndexViolation, isUniqueViolation } from '../../db/errors.ts';
import { type MemberRole, members, users } from '../../db/schema/people.ts';
import { api_keys } from '../../db/schema/workspaces.ts';

export type MemberRow = typeof members.$inferSelect;

/** Maximum number of members of a workspace. */
const maxMembers = 1000;

const withUser = (db: Db, isWanted: SQL | undefined) =>
  db
    .select({
      id: members.id,
      user_id: members.user_id,
      role: members.role,
      removed_at: members.removed_at,
      created_at: members.created_at,
      email: users.email,
      is_deleted: sql<boolean>`${users.deleted_at} is not null`.mapWith(Boolean).as('is_deleted'),
      user_name: users.name,
      has_two_factor: sql<boolean>`${users.totp_confirmed_at} is not null`
        .mapWith(Boolean)
        .as('has_two_factor'),
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.user_id))
    .where(isWanted);

/** A member, also one who has been removed. */
export const selectMember = (db: Db, workspace_id: string, id: string) =>
  withUser(db, and(eq(members.workspace_id, workspace_id), eq(members.id, id)));

export const selectMembers = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  withUser(
    db,
    and(
      eq(members.workspace_id, workspace_id),
      isNull(members.removed_at),
      after === null ? undefined : lt(members.id, after),
    ),
  )
    .orderBy(desc(members.id))
    .limit(limit);

export type MemberWithUser = Awaited<ReturnType<ReturnType<typeof selectMember>['all']>>[number];

/** Violates `members.role` when the workspace has too many members. */
export const insertMember = (db: Db, row: MemberRow) =>
  db.insert(members).values({
    ...row,
    role: sql`iif((select count(*) from members m where m.workspace_id = ${row.workspace_id} and m.removed_at is null) < ${maxMembers}, ${row.role}, null)`,
  });

/** Maximum number of workspaces that a person owns and may create. */
export const maxOwned = 20;

/** Adds the owner of a new workspace. Violates `members.role` when the person owns too many. */
export const insertFirstOwner = (db: Db, row: MemberRow) =>
  db.insert(members).values({
    ...row,
    role: sql`iif((select count(*) from members m where m.user_id = ${row.user_id} and m.role = 'owner' and m.removed_at is null) < ${maxOwned}, ${row.role}, null)`,
  });

/** Returns true when the person is a member of the workspace already. */
export const isMember = (error: unknown): boolean =>
  isIndexViolation(error, 'members_user') ||
  isUniqueViolation(error, 'members.user_id', 'members.workspace_id');

const anotherOwner = (workspace_id: string, id: string) => sql`exists (
  select 1 from members other where other.workspace_id = ${workspace_id} and other.id <> ${id}
  and other.role = 'owner' and other.removed_at is null)`;

/**
 * Changes a member who has not been removed. Violates `members.role` when the workspace would be left without an owner, and
 * when the role is no longer the one that the caller was allowed to change.
 */
export const changeMember = (
  db: Db,
  workspace_id: string,
  id: string,
  {
    role,
    removed_at,
    from,
    now,
  }: {
    readonly role?: MemberRole;
    readonly removed_at?: number;
    readonly from?: MemberRole;
    readonly now: number;
  },
) => {
  const keepsOwner = role === 'owner' && removed_at === undefined;
  const isAllowed = sql`(${keepsOwner} or ${members.role} <> 'owner' or ${anotherOwner(workspace_id, id)})
    and (${from ?? null} is null or ${members.role} = ${from ?? null})`;
  return db
    .update(members)
    .set({
      updated_at: now,
      ...(removed_at === undefined ? {} : { removed_at }),
      role: sql`iif(${isAllowed}, ${role ?? sql`${members.role}`}, null)`,
    })
    .where(
      and(eq(members.workspace_id, workspace_id), eq(members.id, id), isNull(members.removed_at)),
    )
    .returning({ id: members.id });
};

/** Revokes the API keys that a member has created. Keys of share links go with their links. */
export const revokeKeysOf = (db: Db, workspace_id: string, member_id: string, now: number) =>
  db
    .update(api_keys)
    .set({ revoked_at: now })
    .where(
      and(
        eq(api_keys.workspace_id, workspace_id),
        eq(api_keys.created_by, member_id),
        isNull(api_keys.revoked_at),
        sql`${api_keys.id} glob 'key_*'`,
      ),
    );
/** Makes an owner an admin. Violates `members.role` unless they are an owner still, and the successor is one by now. */
export const resignOwner = (
  db: Db,
  workspace_id: string,
  id: string,
  successor: string,
  now: number,
) =>
  db
    .update(members)
    .set({
      updated_at: now,
      role: sql`iif(${members.role} = 'owner' and ${members.removed_at} is null and exists (select 1 from members next
        where next.id = ${successor} and next.workspace_id = ${workspace_id} and next.role = 'owner' and next.removed_at is null), 'admin', null)`,
    })
    .where(and(eq(members.workspace_id, workspace_id), eq(members.id, id)));

/** True when the workspace has an owner. */
export const selectOwner = (db: Db, workspace_id: string) =>
  db
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.workspace_id, workspace_id),
        eq(members.role, 'owner'),
        isNull(members.removed_at),
      ),
    )
    .limit(1);

/** The membership of a person in a workspace. */
export const selectMembership = (db: Db, workspace_id: string, user_id: string) =>
  db
    .select()
    .from(members)
    .where(
      and(
        eq(members.user_id, user_id),
        eq(members.workspace_id, workspace_id),
        isNull(members.removed_at),
      ),
    );
