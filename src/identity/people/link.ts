import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import { toWireTime } from '../../shared/time.ts';
import { publicOrigin } from '../mail/origin.ts';
import { insertMember, isMember, selectMembership } from '../members/store.ts';
import { refuseForeignSignIn } from '../sessions/cookie.ts';
import type { CreateLink, SignInLink } from './link-schema.ts';
import { selectActiveWorkspace } from './link-store.ts';
import { type SignedIn, startSession } from './sign-in.ts';
import { findToken, isTaken, newUser } from './sign-up.ts';
import { insertToken, insertUser, selectUserByEmail, useToken } from './store.ts';
import { invalidToken, makeToken, tokenLasts } from './token.ts';

/**
 * Creates a link that signs in as an owner of a workspace, once, within 10 minutes, and the account and the membership
 * where they do not exist. Root key only: it is how the first person of a deployment gets in without mail.
 */
export async function createSignInLink(
  ctx: Ctx,
  input: CreateLink,
  request: Request,
): Promise<SignInLink> {
  try {
    return await createOnce(ctx, input, request);
  } catch (error) {
    // A parallel request has created the account or the membership.
    if (!isTaken(error) && !isMember(error)) throw error;
    return createOnce(ctx, input, request);
  }
}

async function createOnce(
  ctx: Ctx,
  { workspace_id, email, name }: CreateLink,
  request: Request,
): Promise<SignInLink> {
  const now = ctx.now();
  const [[workspace], [known]] = await batch(ctx.db, [
    selectActiveWorkspace(ctx.db, workspace_id),
    selectUserByEmail(ctx.db, email),
  ]);
  if (workspace === undefined) throw notFound('workspace');
  const user = known ?? newUser(ctx, { email, name, password_hash: null });
  const membership = await selectMembership(ctx.db, workspace_id, user.id).get();
  const member_id = ctx.newId('mem');
  const member = { id: member_id, workspace_id, user_id: user.id, removed_at: null };
  const id = ctx.newId('tok');
  const expires_at = now + tokenLasts.link;
  const token = await makeToken(ctx.config, 'link', id);
  const reply = {
    url: `${publicOrigin(ctx, request)}/account#link=${token}`,
    token,
    expires_at: toWireTime(expires_at),
  };
  const isNew = membership === undefined;
  await commit(ctx, {
    statements: [
      ...(known === undefined ? [insertUser(ctx.db, user)] : []),
      ...(isNew
        ? [insertMember(ctx.db, { ...member, role: 'owner', created_at: now, updated_at: now })]
        : []),
      insertToken(ctx.db, {
        id,
        purpose: 'link',
        email,
        used_at: null,
        created_at: now,
        expires_at,
      }),
    ],
    audit: [
      {
        action: 'sign_in_link.create',
        target_type: 'member',
        target_id: membership?.id ?? member_id,
        workspace_id,
      },
    ],
    reply,
  });
  return reply;
}

/** Signs in by a link. Throws `invalid_token`. */
export async function useSignInLink(ctx: Ctx, request: Request, token: string): Promise<SignedIn> {
  refuseForeignSignIn(request);
  const row = await findToken(ctx, 'link', token);
  if (row.user_id === null) throw invalidToken();
  try {
    return await startSession(ctx, request, row.user_id, 'link', [
      useToken(ctx.db, row.id, ctx.now()),
    ]);
  } catch (error) {
    throw isTaken(error) ? invalidToken() : error;
  }
}
