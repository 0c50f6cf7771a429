import { isGuardViolation, isIndexViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { publicOrigin } from '../mail/origin.ts';
import { tokenLasts } from '../people/token.ts';
import {
  type InvitationRow,
  insertInvitation,
  maxInvitations,
  maxSends,
  resendInvitation,
  revokeInvitation,
  selectInvitation,
  selectInvitations,
} from './invitation-store.ts';
import { type CreateInvitation, type Invitation, toInvitation } from './schema.ts';
import { refuseAboveOwn } from './service.ts';

/** Invites an address to the workspace by mail. Throws `forbidden` for a role above the caller's, `conflict`. */
export async function createInvitation(
  ctx: Ctx,
  { email, role }: CreateInvitation,
  request: Request,
): Promise<Invitation> {
  await refuseAboveOwn(ctx, role);
  const now = ctx.now();
  const row: InvitationRow = {
    id: ctx.newId('inv'),
    workspace_id: ctx.workspace_id,
    email,
    role,
    sends: 1,
    invited_by: actorId(ctx.actor),
    accepted_by: null,
    accepted_at: null,
    revoked_at: null,
    created_at: now,
    expires_at: now + tokenLasts.invitation,
  };
  const reply = toInvitation(row, now);
  try {
    await commit(ctx, {
      statements: [insertInvitation(ctx.db, row)],
      audit: [auditOf('invitation.create', row)],
      jobs: [mailOf(ctx, row.id, request)],
      reply,
    });
  } catch (error) {
    if (isOpenAlready(error))
      throw new Failure(
        'conflict',
        'The address has an open invitation. Send it again, or revoke it.',
      );
    if (!isGuardViolation(error, 'invitations.role')) throw error;
    throw new Failure(
      'conflict',
      `The address belongs to a member, or the workspace has ${maxInvitations} open invitations.`,
    );
  }
  return reply;
}

const isOpenAlready = (error: unknown) =>
  isIndexViolation(error, 'invitations_open') ||
  isUniqueViolation(error, 'invitations.email', 'invitations.workspace_id');

export const listInvitations = (ctx: Ctx, query: PageQuery): Promise<Page<Invitation>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'invitations' },
    query,
    (after, limit) => selectInvitations(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    (row) => toInvitation(row, ctx.now()),
  );

export const getInvitation = async (ctx: Ctx, id: string): Promise<Invitation> =>
  toInvitation(await findInvitation(ctx, id), ctx.now());

/** Sends an invitation again, valid for another 7 days. Links of earlier mails become invalid. Throws `conflict`. */
export async function sendInvitationAgain(
  ctx: Ctx,
  id: string,
  request: Request,
): Promise<Invitation> {
  const row = await findInvitation(ctx, id);
  await refuseAboveOwn(ctx, row.role);
  const expires_at = ctx.now() + tokenLasts.invitation;
  const reply = toInvitation({ ...row, sends: row.sends + 1, expires_at }, ctx.now());
  const closed = new Failure(
    'conflict',
    `The invitation is accepted or revoked, or was sent ${maxSends} times.`,
  );
  if (row.accepted_at !== null || row.revoked_at !== null || row.sends >= maxSends) throw closed;
  const [rows] = await commit(ctx, {
    statements: [resendInvitation(ctx.db, ctx.workspace_id, id, expires_at)],
    audit: [auditOf('invitation.resend', row)],
    jobs: [mailOf(ctx, id, request)],
    reply,
  });
  if (rows.length === 0) throw closed;
  return reply;
}

/** Revokes an open invitation: its link is invalid at once. Idempotent. Throws `conflict` for an accepted one. */
export async function revoke(ctx: Ctx, id: string): Promise<void> {
  const row = await findInvitation(ctx, id);
  if (row.revoked_at !== null) return;
  const [rows] = await commit(ctx, {
    statements: [revokeInvitation(ctx.db, ctx.workspace_id, id, ctx.now())],
    audit: [auditOf('invitation.revoke', row)],
  });
  if (rows.length === 0 && (await findInvitation(ctx, id)).accepted_at !== null)
    throw new Failure('conflict', 'The invitation has been accepted. Remove the member.');
}

async function findInvitation(ctx: Ctx, id: string): Promise<InvitationRow> {
  const row = await selectInvitation(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('invitation');
  return row;
}

const auditOf = (action: string, { id, email, role }: InvitationRow) => ({
  action,
  target_type: 'invitation',
  target_id: id,
  detail: { email, role },
});

const mailOf = (ctx: Ctx, id: string, request: Request) =>
  ({ type: 'mail.send', mail: 'invitation', id, origin: publicOrigin(ctx, request) }) as const;
