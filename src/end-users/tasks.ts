import { sql } from 'drizzle-orm';
import { tombstones } from '../identity/index.ts';
import type { Ctx } from '../platform/context.ts';
import { day } from '../shared/time.ts';

/** Longer than any token is valid. */
const keepTombstones = 8 * day;
const atOnce = 1000;

/** Deletes tombstones of erased end users whose tokens have all expired. Returns their number. */
export async function deleteTombstones(ctx: Ctx): Promise<number> {
  const { meta } =
    await ctx.db.run(sql`delete from end_users where rowid in (select rowid from end_users
    where id glob ${tombstones} and tokens_not_before < ${ctx.now() - keepTombstones} limit ${atOnce})`);
  return meta.changes;
}
