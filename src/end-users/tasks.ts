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

/** Removes the archives and rows of expired exports, the archives first. Returns their number. */
export async function removeExpiredExports(ctx: Ctx): Promise<number> {
  const rows = await ctx.db.all<{ id: string; object_key: string | null }>(
    sql`select id, object_key from end_user_exports where expires_at <= ${ctx.now()} limit ${atOnce}`,
  );
  await ctx.files.remove(rows.flatMap(({ object_key }) => object_key ?? []));
  const ids = JSON.stringify(rows.map(({ id }) => id));
  await ctx.db.run(
    sql`delete from end_user_exports where id in (select value from json_each(${ids}))`,
  );
  return rows.length;
}
