import { sql } from 'drizzle-orm';
import { batch, type Db, type Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { day } from '../../shared/time.ts';
import { checkpointText, type Seal } from './chain.ts';
import { ensureSigningKey, type SigningKey } from './signing-key.ts';

/** Entries that one batch removes, and batches of one tick. */
const rowsAtOnce = 1000;
const maxBatches = 100;

interface Due extends Seal {
  readonly purged_at: number | null;
}

/**
 * Removes entries past `audit_retention_days` up to a seal that is older, whose signature then is the checkpoint from
 * which the chain continues. The checkpoint is written first, so an interrupted run is continued by the next one.
 */
export async function purgeAuditLog(ctx: Ctx): Promise<number> {
  let left = maxBatches;
  let removed = 0;
  let after = '';
  while (left > 0) {
    const due = await selectDue(ctx.db, after, ctx.now());
    if (due === undefined) break;
    after = due.workspace_id;
    const key = await ensureSigningKey(ctx);
    if (key === null) break;
    if (due.purged_at === null) await markPurged(ctx, due, key);
    for (; left > 0; left -= 1) {
      const count = await removeSome(ctx.db, due);
      removed += count;
      if (count < rowsAtOnce) break;
    }
  }
  return removed;
}

/**
 * Returns, of the next workspace, the newest seal that is past its retention while entries before it exist. A seal is
 * newer than its entries, so none is removed too early.
 */
const selectDue = async (db: Db, after: string, now: number): Promise<Due | undefined> =>
  (
    await db.all<Due>(sql`
      select s.workspace_id, s.sequence, s.hash, s.sealed_at, s.purged_at from workspaces w
      join audit_seals s on s.workspace_id = w.id and s.sequence = (select max(x.sequence) from audit_seals x
        where x.workspace_id = w.id and x.sealed_at < ${now} - w.audit_retention_days * ${day})
      where w.audit_retention_days is not null and w.id > ${after}
        and exists (select 1 from audit_links l where l.workspace_id = w.id and l.sequence <= s.sequence)
      order by w.id limit 1`)
  )[0];

async function markPurged(ctx: Ctx, seal: Due, key: SigningKey): Promise<void> {
  const purged_at = ctx.now();
  const signature = await key.sign(checkpointText(seal, purged_at));
  await ctx.db.run(sql`update audit_seals set purged_at = cast(${purged_at} as integer), purge_signature = ${signature}
    where workspace_id = ${seal.workspace_id} and sequence = ${seal.sequence} and purged_at is null`);
}

/** Removes the oldest entries up to the seal with their links and seals. Returns the number of entries. */
async function removeSome(db: Db, { workspace_id, sequence }: Due): Promise<number> {
  const oldest = sql`select l.sequence from audit_links l where l.workspace_id = ${workspace_id} and l.sequence <= ${sequence}
    order by l.sequence limit ${rowsAtOnce}`;
  const [, links] = await batch(db, [
    db.run(
      sql`delete from audit_log where id in (select x.entry_id from audit_links x where x.workspace_id = ${workspace_id} and x.sequence in (${oldest}))`,
    ) as unknown as Statement,
    db.all<{ sequence: number }>(
      sql`delete from audit_links where workspace_id = ${workspace_id} and sequence in (${oldest}) returning sequence`,
    ),
    db.run(
      sql`delete from audit_seals where workspace_id = ${workspace_id} and sequence < ${sequence}`,
    ) as unknown as Statement,
  ]);
  return (links as unknown[]).length;
}
