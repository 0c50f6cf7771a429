import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { minute } from '../../shared/time.ts';
import type { MemberRow } from '../members/store.ts';
import {
  clearInvitations,
  type DeletionRow,
  deleteTokensOfAddress,
  selectAllMemberships,
  selectDeletion,
  selectInvitedAddresses,
  updateDeletion,
} from './store.ts';

/** Longer than a request or run that began before the deletion can still write. */
const secondPassAfter = 15 * minute;
/** Audit entries that one statement looks at. */
const windowSize = 5000;

/**
 * Replaces the person of a deleted account in the audit logs of their workspaces by the id of the membership: the id and
 * addresses of the account, the names they gave, and their IP addresses. Continues where it was interrupted, and goes
 * through the logs twice, for what requests that were under way have written.
 */
async function eraseAccount(ctx: Ctx, user_id: string): Promise<void> {
  let found = await selectDeletion(ctx.db, user_id).get();
  while (found !== undefined && found.email !== null) {
    const [member, next] = await selectAllMemberships(ctx.db, user_id, found.member_id, 2).all();
    if (member !== undefined) {
      const position = await eraseWindow(ctx, found, member);
      const isDone = position === null;
      if (isDone && found.is_again)
        await clearInvitations(ctx.db, member.workspace_id, member.id).run();
      const progress = {
        member_id: isDone ? (next?.id ?? '') : member.id,
        position: position ?? '',
      };
      await updateDeletion(ctx.db, user_id, progress).run();
      found = { ...found, ...progress };
      if (!isDone || next !== undefined) continue;
    }
    await deleteTokensOfAddress(ctx.db, found).run();
    await (found.is_again ? complete(ctx, user_id) : scheduleSecondPass(ctx, user_id));
    return;
  }
}

/** Changes some entries of a workspace. Returns the last one that was looked at; null at the end. */
async function eraseWindow(
  { db }: Ctx,
  { user_id, email, position, ...deletion }: DeletionRow,
  { id, workspace_id }: MemberRow,
): Promise<string | null> {
  const after = deletion.member_id === id ? position : '';
  const end = await db.get<{ id: string | null }>(sql`select max(id) as id from (
    select id from audit_log where workspace_id = ${workspace_id} and id > ${after} order by id limit ${windowSize})`);
  if (end?.id == null) return null;
  const window = sql`workspace_id = ${workspace_id} and id > ${after} and id <= ${end.id}`;
  const invited = await selectInvitedAddresses(db, workspace_id, id).all();
  const addresses = new Set([...invited.map((one) => one.email), email ?? '']);
  for (const statement of [
    byActor(window, user_id, id),
    ...[...addresses].map((address) => byAddress(window, address, id)),
  ])
    await db.run(statement);
  return end.id;
}

const byActor = (window: SQL, user_id: string, member_id: string) => sql`update audit_log set
    actor_id = ${member_id}, ip = null, detail = iif(action = 'person.update', json_object('name', ${member_id}), detail)
  where ${window} and ((actor_type = 'person' and actor_id = ${user_id})
    or (actor_type = 'user' and actor_id = ${member_id} and ip is not null))`;

const byAddress = (window: SQL, address: string, member_id: string) => sql`update audit_log set
    detail = replace(detail, json_quote(${address}), json_quote(${member_id}))
  where ${window} and instr(detail, json_quote(${address})) > 0`;

async function scheduleSecondPass({ db, now }: Ctx, user_id: string): Promise<void> {
  const job = JSON.stringify({ type: 'account.erase', user_id });
  const id = user_id.replace('usr_', 'job_');
  await batch(db, [
    updateDeletion(db, user_id, { member_id: '', position: '', is_again: true }),
    db.run(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
      values (${id}, '', ${job}, ${now() + secondPassAfter}, ${now()}) on conflict do nothing`),
  ]);
}

/** Removes the last trace of the address. From now on the audit log does not change. */
const complete = ({ db, now }: Ctx, user_id: string) =>
  updateDeletion(db, user_id, { email: null, completed_at: now() }).run();

export const eraseAccountJob: { readonly 'account.erase': JobHandler<'account.erase'> } = {
  'account.erase': {
    run: (ctx, { user_id }) => eraseAccount(ctx, user_id),
    onExhausted: async (ctx, { user_id }, error) =>
      ctx.log.error('account_not_erased', { user_id, error }),
  },
};
