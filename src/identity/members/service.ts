import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { MemberRole } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { invalidateIssuer, invalidateKeysOf } from '../credential-cache.ts';
import { personOf } from '../people/person.ts';
import { toUserActor } from './member-actor.ts';
import { type Member, toMember } from './schema.ts';
import {
  changeMember,
  type MemberWithUser,
  resignOwner,
  revokeKeysOf,
  selectMember,
  selectMembers,
  selectMembership,
  selectOwner,
} from './store.ts';

export const listMembers = (ctx: Ctx, query: PageQuery): Promise<Page<Member>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'members' },
    query,
    (after, limit) => selectMembers(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    toMember,
  );

/** Returns a member, also one who has been removed, so that the audit log can be read. */
export const getMember = async (ctx: Ctx, id: string): Promise<Member> =>
  toMember(await findMember(ctx, id));

/** Changes the role of a member. Effective with their next request. Throws `forbidden`, `last_owner`. */
export async function updateMember(ctx: Ctx, id: string, role: MemberRole): Promise<Member> {
  const row = await findActive(ctx, id);
  await refuseAboveOwn(ctx, row.role);
  await refuseAboveOwn(ctx, role);
  if (row.role !== role)
    await change(ctx, row, { role }, 'member.update', { role: { from: row.role, to: role } });
  return { ...toMember(row), role };
}

/**
 * Removes a member: their sessions, and tokens that they issued, no longer reach the workspace from the next request on.
 * With `revoke_keys`, neither do the API keys that they have created. Throws `last_owner`.
 */
export async function removeMember(
  ctx: Ctx,
  id: string,
  { revoke_keys }: { readonly revoke_keys: boolean },
): Promise<void> {
  const row = await findMember(ctx, id);
  const now = ctx.now();
  const keys = revoke_keys ? [revokeKeysOf(ctx.db, ctx.workspace_id, id, now)] : [];
  if (row.removed_at === null) {
    await refuseAboveOwn(ctx, row.role);
    const detail = { role: row.role, ...(revoke_keys ? { revoke_keys } : {}) };
    await change(ctx, row, { removed_at: now }, 'member.remove', detail, keys);
  } else if (revoke_keys) {
    const audit = [{ action: 'member.revoke_keys', target_type: 'member', target_id: id }];
    await commit(ctx, { statements: keys, audit });
  }
  if (revoke_keys) invalidateKeysOf(ctx.workspace_id);
}

/**
 * Makes another member an owner of the workspace, and the signed-in owner an admin, in one step. Throws `not_found` unless the
 * person is a member, `forbidden` unless an owner.
 */
export async function transferOwnership(
  ctx: Ctx,
  workspace_id: string,
  member_id: string,
): Promise<void> {
  const own = await selectMembership(ctx.db, workspace_id, personOf(ctx).id).get();
  if (own === undefined) throw notFound('workspace');
  if (own.role !== 'owner') throw new Failure('forbidden', 'Only an owner can transfer ownership.');
  if (member_id === own.id) throw new Failure('conflict', 'You are an owner already.');
  const inside: Ctx = { ...ctx, workspace_id, actor: toUserActor(own) };
  await findActive(inside, member_id);
  const now = ctx.now();
  const transferred = commit(inside, {
    statements: [
      changeMember(ctx.db, workspace_id, member_id, { role: 'owner', now }),
      resignOwner(ctx.db, workspace_id, own.id, member_id, now),
    ],
    audit: [
      {
        action: 'member.transfer_ownership',
        target_type: 'member',
        target_id: member_id,
        detail: { from: own.id },
      },
    ],
    reply: null,
  });
  await transferred.catch((error: unknown) => {
    if (!isGuardViolation(error, 'members.role')) throw error;
    throw changedMeanwhile();
  });
}

/** Ends the signed-in person's own membership of a workspace. Throws `not_found`, `last_owner`. */
export async function leaveWorkspace(ctx: Ctx, workspace_id: string): Promise<void> {
  const row = await selectMembership(ctx.db, workspace_id, personOf(ctx).id).get();
  if (row === undefined) throw notFound('workspace');
  const inside: Ctx = { ...ctx, workspace_id, actor: toUserActor(row) };
  await change(inside, row, { removed_at: ctx.now() }, 'member.leave', { role: row.role });
}

async function findMember(ctx: Ctx, id: string): Promise<MemberWithUser> {
  const row = await selectMember(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('member');
  return row;
}

async function findActive(ctx: Ctx, id: string): Promise<MemberWithUser> {
  const row = await findMember(ctx, id);
  if (row.removed_at !== null) throw new Failure('conflict', 'The member has been removed.');
  return row;
}

/**
 * Throws `forbidden` when a caller who is not an owner would appoint, change or remove one. An API key may appoint an owner
 * while the workspace has none.
 */
export async function refuseAboveOwn(ctx: Ctx, role: MemberRole): Promise<void> {
  const { actor } = ctx;
  if (role !== 'owner' || (actor.type === 'user' && actor.is_owner)) return;
  const isFirst =
    actor.type === 'api_key' && (await selectOwner(ctx.db, ctx.workspace_id).get()) === undefined;
  if (!isFirst)
    throw new Failure('forbidden', 'Only an owner can appoint, change or remove an owner.');
}

async function change(
  ctx: Ctx,
  { id, role: from }: Pick<MemberWithUser, 'id' | 'role'>,
  changes: { readonly role?: MemberRole; readonly removed_at?: number },
  action: string,
  detail: Readonly<Record<string, unknown>>,
  further: readonly Statement[] = [],
): Promise<void> {
  const now = ctx.now();
  const changed = commit(ctx, {
    statements: [changeMember(ctx.db, ctx.workspace_id, id, { ...changes, from, now }), ...further],
    audit: [{ action, target_type: 'member', target_id: id, detail }],
  });
  const [rows] = await changed.catch(async (error: unknown) => {
    if (!isGuardViolation(error, 'members.role')) throw error;
    throw (await findMember(ctx, id)).role === from ? lastOwner() : changedMeanwhile();
  });
  invalidateIssuer(id);
  if (rows.length === 0) throw notFound('member');
}

const changedMeanwhile = () =>
  new Failure('conflict', 'The members have changed in the meantime. Retry.');

const lastOwner = () =>
  new Failure(
    'last_owner',
    'The workspace would have no owner. Make another member an owner first.',
  );
