import { and, asc, eq, gt, gte, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { passkeys } from '../../db/schema/passkeys.ts';
import {
  account_deletions,
  invitations,
  members,
  recovery_codes,
  user_identities,
  user_tokens,
  users,
} from '../../db/schema/people.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

export type DeletionRow = typeof account_deletions.$inferSelect;

/** Takes the place of the name. */
const deletedName = 'Deleted account';

/** Workspaces that have no other owner than a person, suspended ones included, and whether they have other members. */
export const selectOwnedAlone = (db: Db, user_id: string) =>
  db
    .select({
      workspace_id: members.workspace_id,
      name: workspaces.name,
      has_other_members: sql<boolean>`exists (select 1 from members o
        where o.workspace_id = ${members.workspace_id} and o.removed_at is null and o.id <> ${members.id})`
        .mapWith(Boolean)
        .as('has_other_members'),
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspace_id))
    .where(
      and(
        eq(members.user_id, user_id),
        eq(members.role, 'owner'),
        isNull(members.removed_at),
        isNull(workspaces.deleted_at),
        sql`not exists (select 1 from members o where o.workspace_id = ${members.workspace_id}
          and o.role = 'owner' and o.removed_at is null and o.id <> ${members.id})`,
      ),
    )
    .orderBy(members.id);

/** Marks a workspace as deleted of which the person is the only member. */
export const deleteOwnWorkspace = (db: Db, id: string, user_id: string, now: number) =>
  db
    .update(workspaces)
    .set({ deleted_at: now, updated_at: now })
    .where(
      and(
        eq(workspaces.id, id),
        isNull(workspaces.deleted_at),
        sql`not exists (select 1 from members o where o.workspace_id = ${id} and o.removed_at is null and o.user_id <> ${user_id})`,
      ),
    );

/** Keeps the address until the audit log no longer has it. */
export const insertDeletion = (db: Db, user_id: string, now: number) =>
  db.insert(account_deletions).select(
    db
      .select({
        user_id: users.id,
        email: users.email,
        member_id: sql`''`.as('member_id'),
        position: sql`''`.as('position'),
        is_again: sql`0`.as('is_again'),
        created_at: sql`cast(${now} as integer)`.as('created_at'),
        completed_at: sql`null`.as('completed_at'),
      })
      .from(users)
      .where(and(eq(users.id, user_id), isNull(users.deleted_at))),
  );

/** Removes all that a row says about a person. Violates `users.name` for the last owner of a workspace. */
export const clearUser = (db: Db, user_id: string, now: number) =>
  db
    .update(users)
    .set({
      name: sql`iif(exists (select 1 from members m join workspaces w on w.id = m.workspace_id
        where m.user_id = ${user_id} and m.role = 'owner' and m.removed_at is null and w.deleted_at is null
        and not exists (select 1 from members o where o.workspace_id = m.workspace_id and o.role = 'owner' and o.removed_at is null and o.id <> m.id)),
        null, ${deletedName})`,
      email: `deleted:${user_id}`,
      password_hash: null,
      totp_secret: null,
      totp_confirmed_at: null,
      updated_at: now,
      deleted_at: now,
    })
    .where(eq(users.id, user_id));

export const endMemberships = (db: Db, user_id: string, now: number) =>
  db
    .update(members)
    .set({ removed_at: now, updated_at: now })
    .where(and(eq(members.user_id, user_id), isNull(members.removed_at)));

/** Deletes everything by which a person signs in, sessions excepted. */
export const deleteCredentials = (db: Db, user_id: string) => [
  db.delete(user_identities).where(eq(user_identities.user_id, user_id)),
  db.delete(recovery_codes).where(eq(recovery_codes.user_id, user_id)),
  db.delete(passkeys).where(eq(passkeys.user_id, user_id)),
  db.delete(user_tokens).where(eq(user_tokens.user_id, user_id)),
];

export const deleteToken = (db: Db, id: string) =>
  db.delete(user_tokens).where(eq(user_tokens.id, id));

/** Deletes tokens that were sent to an address before the deletion; those of a later account stay, and so does the notice. */
export const deleteTokensOfAddress = (db: Db, { email, created_at }: DeletionRow) =>
  db
    .delete(user_tokens)
    .where(
      and(
        eq(user_tokens.email, email ?? ''),
        lt(user_tokens.created_at, created_at),
        ne(user_tokens.purpose, 'account_deleted'),
      ),
    );

export const selectDeletion = (db: Db, user_id: string) =>
  db.select().from(account_deletions).where(eq(account_deletions.user_id, user_id));

export const updateDeletion = (db: Db, user_id: string, changes: Partial<DeletionRow>) =>
  db
    .update(account_deletions)
    .set(changes)
    .where(and(eq(account_deletions.user_id, user_id), isNull(account_deletions.completed_at)));

/** The memberships of a person, former ones included, from an id on. */
export const selectAllMemberships = (db: Db, user_id: string, from: string, limit: number) =>
  db
    .select()
    .from(members)
    .where(and(eq(members.user_id, user_id), gte(members.id, from)))
    .orderBy(asc(members.id))
    .limit(limit);

/** The addresses to which a member was invited. */
export const selectInvitedAddresses = (db: Db, workspace_id: string, member_id: string) =>
  db
    .selectDistinct({ email: invitations.email })
    .from(invitations)
    .where(and(eq(invitations.workspace_id, workspace_id), eq(invitations.accepted_by, member_id)));

export const clearInvitations = (db: Db, workspace_id: string, member_id: string) =>
  db
    .update(invitations)
    .set({ email: `deleted:${member_id}` })
    .where(and(eq(invitations.workspace_id, workspace_id), eq(invitations.accepted_by, member_id)));

/** Memberships after an id with the names of their workspaces, for an export. */
export const selectMembershipsAfter = (db: Db, user_id: string, after: string, limit: number) =>
  db
    .select({
      member_id: sql<string>`${members.id}`.as('member_id'),
      workspace_id: members.workspace_id,
      workspace_name: sql<string>`${workspaces.name}`.as('workspace_name'),
      role: members.role,
      joined_at: sql<number>`${members.created_at}`.as('joined_at'),
      left_at: sql<number | null>`${members.removed_at}`.as('left_at'),
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspace_id))
    .where(and(eq(members.user_id, user_id), gt(members.id, after)))
    .orderBy(asc(members.id))
    .limit(limit);
