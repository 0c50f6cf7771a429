import { batch } from '../../db/client.ts';
import type { AuditEntry } from '../../platform/commit.ts';
import type { Ctx, PersonActor } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireTime } from '../../shared/time.ts';
import { selectMemberships, selectUser } from '../sessions/store.ts';
import type { Person } from './schema.ts';
import type { UserRow } from './store.ts';

/** Returns the signed-in person of a context. */
export function personOf(ctx: Pick<Ctx, 'actor'>): PersonActor {
  if (ctx.actor.type !== 'person')
    throw new Failure('forbidden', 'This operation requires a signed-in person.');
  return ctx.actor;
}

/** Returns a person with their workspaces, as one of their sessions shows them. */
export async function readPerson(
  ctx: Ctx,
  user_id: string,
  session: { readonly id: string; readonly last_workspace_id: string | null },
): Promise<Person> {
  const [[user], workspaces] = await batch(ctx.db, [
    selectUser(ctx.db, user_id),
    selectMemberships(ctx.db, user_id),
  ]);
  if (user === undefined) throw new Failure('unauthenticated', 'The account does not exist.');
  const last = workspaces.find((one) => one.workspace_id === session.last_workspace_id);
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    has_password: user.password_hash !== null,
    has_two_factor: user.totp_confirmed_at !== null,
    may_create_workspaces: ctx.config.sign_up !== 'closed',
    session_id: session.id,
    workspace_id: (last ?? workspaces[0])?.workspace_id ?? null,
    workspaces,
    created_at: toWireTime(user.created_at),
  };
}

/** Returns the row of the signed-in person. */
export async function currentUser(ctx: Ctx): Promise<UserRow> {
  const user = await selectUser(ctx.db, personOf(ctx).id).get();
  if (user === undefined) throw new Failure('unauthenticated', 'The account does not exist.');
  return user;
}

/** Returns entries for the audit log of every workspace of a person, about something that concerns the account. */
export async function auditPerson(
  ctx: Ctx,
  user_id: string,
  action: string,
  detail: AuditEntry['detail'] = {},
): Promise<AuditEntry[]> {
  const workspaces = await selectMemberships(ctx.db, user_id).all();
  return workspaces.map(({ workspace_id, member_id }) => ({
    action,
    target_type: 'member',
    target_id: member_id,
    workspace_id,
    detail,
  }));
}

/** Returns the context of a person who has just proven who they are. */
export const asPerson = (ctx: Ctx, id: string, session_id: string): Ctx => ({
  ...ctx,
  actor: { type: 'person', id, session_id },
});
