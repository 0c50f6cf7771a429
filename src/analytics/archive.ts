import { and, asc, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import { batch, type Statement } from '../db/client.ts';
import { usage_archives } from '../db/schema/analytics.ts';
import { usage } from '../db/schema/usage.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import type { Ctx } from '../platform/context.ts';
import { day, minute, toWireTime } from '../shared/time.ts';
import { advanceState, type Lease, saveCursor, selectCursor, takeLease } from './store.ts';
import { toUsage, usageSchema } from './usage-fields.ts';
import type { UsageRow } from './usage-store.ts';

/** Number of rows per object, per page while writing, and per deleting statement. */
const rowsOfPart = 20_000;
const pageSize = 2000;
const deletedAtATime = 2000;
/** Maximum number of rows that one tick archives. */
const rowsOfTick = 400_000;
const leaseFor = 5 * minute;
const archiveLimit = 256 * 1024 * 1024;

interface Allowance {
  rows: number;
}

/** Moves usage rows past the retention of their workspace into objects, day by day. */
export async function archiveUsage(ctx: Ctx): Promise<void> {
  const allowance: Allowance = { rows: rowsOfTick };
  let after = (await selectCursor(ctx.db, 'archive').get())?.position ?? '';
  while (allowance.rows > 0) {
    const [workspace] = await ctx.db
      .select({ id: workspaces.id, keep: workspaces.usage_retention_days })
      .from(workspaces)
      .where(and(gt(workspaces.id, after), isNotNull(workspaces.usage_retention_days)))
      .orderBy(asc(workspaces.id))
      .limit(1);
    if (workspace === undefined) break;
    // One workspace's failure must not stop the others.
    await archiveWorkspace(ctx, workspace.id, workspace.keep as number, allowance).catch(
      (error: unknown) => ctx.log.error('archive_failed', { of: workspace.id, error }),
    );
    if (allowance.rows > 0) after = workspace.id;
  }
  await saveCursor(ctx.db, 'archive', allowance.rows > 0 ? '' : after).run();
}

/** Archives the rolled-up usage rows of one workspace that are older than `keep` days. */
export async function archiveWorkspace(
  ctx: Ctx,
  workspace_id: string,
  keep: number,
  allowance: Allowance = { rows: rowsOfTick },
): Promise<void> {
  const until = ctx.now() - (ctx.now() % day) - keep * day;
  if ((await selectOldest(ctx, workspace_id, until)) === null) return;
  const lease = { workspace_id, token: ctx.newId('job') };
  const [, [state]] = await batch(
    ctx.db,
    takeLease(ctx.db, lease, ctx.now(), ctx.now() + leaseFor),
  );
  if (state === undefined) return;
  while (allowance.rows > 0) {
    const oldest = await selectOldest(ctx, workspace_id, Math.min(until, state.dayed_until));
    if (oldest === null) break;
    const rows = await archivePart(ctx, lease, oldest - (oldest % day));
    if (rows === 0) break;
    allowance.rows -= rows;
  }
  await advanceState(ctx.db, lease, { lease: null, lease_until: 0 }).run();
}

async function selectOldest(
  { db }: Ctx,
  workspace_id: string,
  before: number,
): Promise<number | null> {
  const row = await db.get<{ at: number | null }>(
    sql`select min(created_at) as at from usage where workspace_id = ${workspace_id} and created_at < ${before}`,
  );
  return row?.at ?? null;
}

/**
 * Archives the oldest rows of a day: first the object, then in one batch its row and the deletion of exactly its
 * lines. After an interruption the next attempt writes the same object again. Returns the number of rows; 0 when the
 * day has to be rolled up again first.
 */
async function archivePart(ctx: Ctx, lease: Lease, start: number): Promise<number> {
  const { workspace_id } = lease;
  const [last] = await ctx.db
    .select({ part: sql<number>`max(${usage_archives.part})`.as('part') })
    .from(usage_archives)
    .where(and(eq(usage_archives.workspace_id, workspace_id), eq(usage_archives.day, start)));
  const part = (last?.part ?? 0) + 1;
  const object_key = `usage-archives/${workspace_id}/${toWireTime(start).slice(0, 10)}.${part}.ndjson.gz`;
  const written = { ids: [] as string[], cost: 0 };
  const lines = streamOf(linesOf(ctx, workspace_id, start, written));
  const body = lines.pipeThrough(
    new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const { byte_size, sha256 } = await ctx.files.put(object_key, body, {
    media_type: 'application/gzip',
    limit: archiveLimit,
  });
  const row = {
    id: ctx.newId('arc'),
    workspace_id,
    day: start,
    part,
    object_key,
    row_count: written.ids.length,
  };
  const [inserted] = await batch(ctx.db, [
    insertArchive(ctx, lease, {
      ...row,
      cost_nano_usd: written.cost,
      byte_size,
      sha256,
      created_at: ctx.now(),
    }),
    ...deleteRows(ctx, row.id, workspace_id, written.ids),
    advanceState(ctx.db, lease, {
      lease_until: ctx.now() + leaseFor,
      archived_until:
        sql`iif(${isArchived(row.id)}, max(archived_until, ${start + day}), archived_until)` as unknown as number,
    }),
  ]);
  return inserted.length === 0 ? 0 : written.ids.length;
}

const streamOf = (lines: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

async function* linesOf(
  ctx: Ctx,
  workspace_id: string,
  start: number,
  written: { ids: string[]; cost: number },
) {
  const encoder = new TextEncoder();
  let after = { created_at: start, id: '' };
  while (written.ids.length < rowsOfPart) {
    const rows: UsageRow[] = await ctx.db
      .select()
      .from(usage)
      .where(
        sql`${usage.workspace_id} = ${workspace_id} and ${usage.created_at} >= ${after.created_at} and ${usage.created_at} < ${start + day}
          and (${usage.created_at} > ${after.created_at} or ${usage.id} > ${after.id})`,
      )
      .orderBy(asc(usage.created_at), asc(usage.id))
      .limit(Math.min(pageSize, rowsOfPart - written.ids.length));
    for (const { id, cost_nano_usd } of rows) {
      written.ids.push(id);
      written.cost += cost_nano_usd ?? 0;
    }
    if (rows.length > 0)
      yield encoder.encode(rows.map((row) => `${JSON.stringify(toUsage(row))}\n`).join(''));
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last;
  }
}

const isArchived = (id: string): SQL => sql`exists (select 1 from usage_archives where id = ${id})`;

/** Inserts the archive if the lease is held and no late fact of the day waits to be counted. Returns its id, or no row. */
const insertArchive = (
  ctx: Ctx,
  { workspace_id, token }: Lease,
  row: Omit<typeof usage_archives.$inferSelect, 'schema_number'>,
) =>
  ctx.db
    .insert(usage_archives)
    .select(
      sql`select ${row.id}, ${workspace_id}, ${row.day}, ${row.part}, ${row.object_key}, ${row.row_count}, ${row.cost_nano_usd}, ${row.byte_size}, ${row.sha256}, ${row.created_at}, ${usageSchema}
      where exists (select 1 from analytics_state where workspace_id = ${workspace_id} and lease = ${token})
        and not exists (select 1 from analytics_marks where workspace_id = ${workspace_id} and grain = 'hour' and bucket >= ${row.day} and bucket < ${row.day + day})
        and not exists (select 1 from analytics_marks where workspace_id = ${workspace_id} and grain = 'day' and bucket = ${row.day})`,
    )
    .returning({ id: usage_archives.id });

const deleteRows = (
  ctx: Ctx,
  archive: string,
  workspace_id: string,
  ids: readonly string[],
): Statement[] =>
  Array.from({ length: Math.ceil(ids.length / deletedAtATime) }, (_, index) => {
    const some = JSON.stringify(ids.slice(index * deletedAtATime, (index + 1) * deletedAtATime));
    return ctx.db
      .delete(usage)
      .where(
        sql`${usage.id} in (select value from json_each(${some})) and ${usage.workspace_id} = ${workspace_id} and ${isArchived(archive)}`,
      );
  });
