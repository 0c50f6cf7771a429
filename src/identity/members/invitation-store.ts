import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invitations, users } from '../../db/schema/people.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

export type InvitationRow = typeof invitations.$inferSelect;

/** Maximum number of open invitations of a workspace, and of mails for one. */
export const maxInvitations = 200;
export const maxSends = 10;

/**
 * Violates `invitations.role` when there are too many open invitations, or the address belongs to a member, and the
 * index `invitations_open` when the address has an open one.
 */
export const insertInvitation = (db: Db, row: InvitationRow) =>
  db.insert(invitations).values({
    ...row,
    role: sql`iif((select count(*) from invitations i where i.workspace_id = ${row.workspace_id} and i.accepted_at is null and i.revoked_at is null) < ${maxInvitations}
      and not exists (select 1 from users u join members m on m.user_id = u.id where u.email = ${row.email} and m.workspace_id = ${row.workspace_id} and m.removed_at is null), ${row.role}, null)`,
  });

const one = (workspace_id: string, id: string) =>
  and(eq(invitations.workspace_id, workspace_id), eq(invitations.id, id));
const open = (workspace_id: string, id: string) =>
  and(one(workspace_id, id), isNull(invitations.accepted_at), isNull(invitations.revoked_at));

export const selectInvitation = (db: Db, workspace_id: string, id: string) =>
  db.select().from(invitations).where(one(workspace_id, id));

export const selectInvitations = (
  db: Db,
  workspace_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.workspace_id, workspace_id),
        after === null ? undefined : lt(invitations.id, after),
      ),
    )
    .orderBy(desc(invitations.id))
    .limit(limit);

/** Counts another mail, which makes links of earlier ones invalid. No row when the invitation is not open. */
export const resendInvitation = (db: Db, workspace_id: string, id: string, expires_at: number) =>
  db
    .update(invitations)
    .set({ sends: sql`${invitations.sends} + 1`, expires_at })
    .where(and(open(workspace_id, id), lt(invitations.sends, maxSends)))
    .returning();

export const revokeInvitation = (db: Db, workspace_id: string, id: string, now: number) =>
  db.update(invitations).set({ revoked_at: now }).where(open(workspace_id, id)).returning();

/** Uses an invitation up. Violates `invitations.role` when it is no longer open, has expired, or was sent again. */
export const acceptInvitation = (
  db: Db,
  { workspace_id, id, sends }: Pick<InvitationRow, 'workspace_id' | 'id' | 'sends'>,
  member_id: string,
  now: number,
) =>
  db
    .update(invitations)
    .set({
      accepted_at: now,
      accepted_by: member_id,
      role: sql`iif(${invitations.accepted_at} is null and ${invitations.revoked_at} is null and ${invitations.sends} = ${sends}
        and ${invitations.expires_at} > ${now}, ${invitations.role}, null)`,
    })
    .where(one(workspace_id, id));

const withWorkspace = {
  id: invitations.id,
  workspace_id: invitations.workspace_id,
  email: invitations.email,
  role: invitations.role,
  sends: invitations.sends,
  expires_at: invitations.expires_at,
  workspace: sql<string>`${workspaces.name}`.as('workspace'),
  from: sql<
    string | null
  >`(select u.name from members m join users u on u.id = m.user_id where m.id = ${invitations.invited_by})`.as(
    'from',
  ),
  user_id: sql<
    string | null
  >`(select ${users.id} from users where ${users.email} = ${invitations.email})`.as('user_id'),
};

/** An open invitation as its mail names it. */
export const selectInvitationMail = (db: Db, workspace_id: string, id: string) =>
  db
    .select(withWorkspace)
    .from(invitations)
    .innerJoin(workspaces, eq(workspaces.id, invitations.workspace_id))
    .where(open(workspace_id, id));

/** An open invitation of an active workspace, for whoever holds its token. Read without a workspace id: the token determines it. */
export const selectOpenInvitation = (db: Db, id: string) =>
  db
    .select(withWorkspace)
    .from(invitations)
    .innerJoin(workspaces, eq(workspaces.id, invitations.workspace_id))
    .where(
      and(
        eq(invitations.id, id),
        isNull(invitations.accepted_at),
        isNull(invitations.revoked_at),
        isNull(workspaces.suspended_at),
        isNull(workspaces.deleted_at),
      ),
    );
