import { and, eq, getTableColumns, gt, isNull } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { invitations, user_identities, users } from '../../db/schema/people.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

/** The account that an account at a provider signs in to. */
export const selectUserByIdentity = (db: Db, issuer: string, subject: string) =>
  db
    .select(getTableColumns(users))
    .from(user_identities)
    .innerJoin(users, eq(users.id, user_identities.user_id))
    .where(and(eq(user_identities.issuer, issuer), eq(user_identities.subject, subject)));

/** An open invitation of an address to an active workspace. */
export const selectInvitationOf = (db: Db, email: string, now: number) =>
  db
    .select({ id: invitations.id })
    .from(invitations)
    .innerJoin(workspaces, eq(workspaces.id, invitations.workspace_id))
    .where(
      and(
        eq(invitations.email, email),
        isNull(invitations.accepted_at),
        isNull(invitations.revoked_at),
        gt(invitations.expires_at, now),
        isNull(workspaces.suspended_at),
        isNull(workspaces.deleted_at),
      ),
    )
    .limit(1);
