import type { Statement } from '../../db/client.ts';
import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireTime } from '../../shared/time.ts';
import { countAttempt } from '../people/attempts.ts';
import { hashPassword } from '../people/password.ts';
import { asPerson, currentUser, personOf } from '../people/person.ts';
import type { SignedIn } from '../people/sign-in.ts';
import { newUser } from '../people/sign-up.ts';
import { insertUser } from '../people/store.ts';
import { invalidToken, readToken } from '../people/token.ts';
import { refuseForeignSignIn } from '../sessions/cookie.ts';
import { newSession, rotateSession } from '../sessions/new-session.ts';
import { touchSession } from '../sessions/store.ts';
import { acceptInvitation, selectOpenInvitation } from './invitation-store.ts';
import type { InvitationPreview } from './schema.ts';
import { insertMember, isMember } from './store.ts';

/** Returns the open invitation of a token. Throws `invalid_token`. */
async function findInvitation(ctx: Ctx, token: string) {
  const undo = await countAttempt(ctx, 'token', null);
  const { id, version } = await readToken(ctx.config, 'invitation', token);
  const row = await selectOpenInvitation(ctx.db, id).get();
  if (row === undefined || row.sends !== version || row.expires_at <= ctx.now())
    throw invalidToken();
  await batch(ctx.db, undo);
  return row;
}
type Found = Awaited<ReturnType<typeof findInvitation>>;

/** Returns what whoever holds the link may see before they accept. Throws `invalid_token`. */
export async function previewInvitation(ctx: Ctx, token: string): Promise<InvitationPreview> {
  const { workspace, email, role, user_id, expires_at } = await findInvitation(ctx, token);
  return {
    workspace_name: workspace,
    email,
    role,
    has_account: user_id !== null,
    expires_at: toWireTime(expires_at),
  };
}

/** Creates the account of an invited address, joins the workspace, and signs in. Throws `invalid_token`, `conflict`. */
export async function acceptWithNewAccount(
  ctx: Ctx,
  request: Request,
  { token, name, password }: { token: string; name: string; password: string },
): Promise<SignedIn> {
  refuseForeignSignIn(request);
  const found = await findInvitation(ctx, token);
  if (found.user_id !== null)
    throw new Failure(
      'conflict',
      'The address has an account. Sign in, then accept the invitation.',
    );
  const { email, workspace_id } = found;
  const user = newUser(ctx, { email, name, password_hash: await hashPassword(password) });
  const about = { user_id: user.id, method: 'password', workspace_id };
  const session = await newSession(ctx, request, about);
  const acting = asPerson(ctx, user.id, session.session_id);
  await join(acting, found, user.id, [insertUser(ctx.db, user)], session.statements);
  return { user_id: user.id, session };
}

/** Accepts an invitation to the address of the signed-in person, who gets a new session token. Throws `invalid_token`. */
export async function acceptAsPerson(
  ctx: Ctx,
  request: Request,
  token: string,
): Promise<SignedIn & { readonly workspace_id: string }> {
  const { id: user_id, session_id } = personOf(ctx);
  const found = await findInvitation(ctx, token);
  const user = await currentUser(ctx);
  if (user.email !== found.email)
    throw new Failure('forbidden', 'The invitation is for another address. Sign in with that one.');
  const session = await rotateSession(ctx, request, session_id);
  const visit = touchSession(ctx.db, session_id, ctx.now(), found.workspace_id);
  await join(ctx, found, user_id, [], [...session.statements, visit]);
  return { user_id, session, workspace_id: found.workspace_id };
}

async function join(
  ctx: Ctx,
  found: Found,
  user_id: string,
  before: readonly Statement[],
  after: readonly Statement[],
): Promise<void> {
  const { workspace_id, role, id } = found;
  const now = ctx.now();
  const member_id = ctx.newId('mem');
  const member = { id: member_id, workspace_id, user_id, role, removed_at: null };
  try {
    await commit(
      { ...ctx, workspace_id },
      {
        statements: [
          ...before,
          acceptInvitation(ctx.db, found, member_id, now),
          insertMember(ctx.db, { ...member, created_at: now, updated_at: now }),
          ...after,
        ],
        audit: [
          {
            action: 'invitation.accept',
            target_type: 'member',
            target_id: member_id,
            detail: { invitation: id, role },
          },
        ],
      },
    );
  } catch (error) {
    if (isGuardViolation(error, 'invitations.role') || isUniqueViolation(error, 'users.email'))
      throw invalidToken();
    if (isMember(error))
      throw new Failure('conflict', 'You are a member of the workspace already.');
    if (isGuardViolation(error, 'members.role'))
      throw new Failure('conflict', 'The workspace has too many members.');
    throw error;
  }
}
