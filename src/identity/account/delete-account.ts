import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { invalidateIssuer, invalidateKeysOf } from '../credential-cache.ts';
import { insertOwnToken } from '../email-change/store.ts';
import { publicOrigin } from '../mail/origin.ts';
import { auditPerson, currentUser } from '../people/person.ts';
import { tokenLasts } from '../people/token.ts';
import { sessionCookie } from '../sessions/cookie.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import { deleteSessions } from '../sessions/store.ts';
import {
  clearUser,
  deleteCredentials,
  deleteOwnWorkspace,
  endMemberships,
  insertDeletion,
  selectOwnedAlone,
} from './store.ts';

/** An owned workspace that keeps an account from being deleted. */
interface OwnedAlone {
  readonly workspace_id: string;
  readonly name: string;
  readonly has_other_members: boolean;
}

/**
 * Deletes the account of the signed-in person: sessions, memberships and everything that signs in end in one batch, and a
 * job replaces the person in audit logs. With `delete_workspaces`, workspaces without other members are deleted, too. Throws
 * `recent_sign_in_required`, and `last_owner` with the workspaces that would be left without an owner.
 */
export async function deleteAccount(
  ctx: Ctx,
  request: Request,
  { delete_workspaces }: { readonly delete_workspaces: boolean },
): Promise<Response> {
  await requireRecentSignIn(ctx);
  const user = await currentUser(ctx);
  const owned = await selectOwnedAlone(ctx.db, user.id).all();
  const deleted = owned.filter(({ has_other_members }) => delete_workspaces && !has_other_members);
  if (deleted.length < owned.length) throw lastOwner(owned);
  const now = ctx.now();
  const notice = {
    id: ctx.newId('tok'),
    ...({ purpose: 'account_deleted', email: user.email, user_id: null } as const),
    ...{ used_at: null, created_at: now, expires_at: now + tokenLasts.account_deleted },
  };
  const audit = await auditPerson(ctx, user.id, 'account.delete');
  const workspaces = deleted.map(({ workspace_id }) => workspace_id);
  try {
    // Where the request came from is removed from the log anyway, as far as it belongs to a workspace.
    await commit(
      { ...ctx, ip: null },
      {
        statements: [
          ...workspaces.map((id) => deleteOwnWorkspace(ctx.db, id, user.id, now)),
          insertDeletion(ctx.db, user.id, now),
          clearUser(ctx.db, user.id, now),
          endMemberships(ctx.db, user.id, now),
          ...deleteCredentials(ctx.db, user.id),
          deleteSessions(ctx.db, user.id, null),
          insertOwnToken(ctx.db, notice),
        ],
        audit: [
          ...audit,
          ...workspaces.map((id) => ({
            ...{ action: 'workspace.delete', target_type: 'workspace', target_id: id },
            workspace_id: '',
          })),
        ],
        jobs: [
          { type: 'account.erase', user_id: user.id },
          {
            ...({ type: 'mail.send', mail: 'account_deleted', id: notice.id } as const),
            origin: publicOrigin(ctx, request),
          },
          ...workspaces.map(
            (workspace_id) =>
              ({ type: 'workspace.delete', workspace_id, is_again: false }) as const,
          ),
        ],
      },
    );
    for (const { target_id } of audit) invalidateIssuer(target_id);
    for (const id of workspaces) invalidateKeysOf(id);
  } catch (error) {
    // Another owner has left, or another member has joined, in the meantime.
    if (!isGuardViolation(error, 'users.name')) throw error;
    throw lastOwner(await selectOwnedAlone(ctx.db, user.id).all());
  }
  const headers = {
    'set-cookie': sessionCookie(request.url, '', 0),
    'clear-site-data': '"cache", "storage"',
  };
  return new Response(null, { status: 204, headers });
}

function lastOwner(workspaces: readonly OwnedAlone[]): Failure {
  const names = workspaces.map(({ name }) => `"${name}"`).join(', ');
  return new Failure(
    'last_owner',
    `You are the only owner of ${names}. Make another member an owner first. Workspaces without other members are deleted with the account by \`delete_workspaces=true\`.`,
    { extra: { workspaces } },
  );
}
