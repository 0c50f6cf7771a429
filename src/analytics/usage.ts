import { withRange } from '../http/schema.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';
import { toLine } from '../shared/csv.ts';
import { notFound } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { checkNamedAgent } from './named-agent.ts';
import { toCells, toUsage, type Usage, usageColumns } from './usage-fields.ts';
import { toUsageArchive, type UsageArchive, type UsageQuery } from './usage-schema.ts';
import {
  selectArchive,
  selectArchives,
  selectUsage,
  type UsageFilter,
  type UsagePosition,
  type UsageRow,
} from './usage-store.ts';

/** Lists model calls, newest first. A key that is limited to agents sees only their calls. Throws `not_found`. */
export async function listUsage(
  ctx: Ctx,
  { limit, cursor, ...filters }: UsageQuery,
): Promise<Page<Usage>> {
  await checkNamedAgent(ctx, filters.agent);
  const filter = filterOf(ctx, filters);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'usage',
      filters: { ...filter, only: filter.only?.join() },
    },
    { limit, cursor },
    (after, count) =>
      selectUsage(
        ctx.db,
        ctx.workspace_id,
        filter,
        after === null ? null : readPosition(after),
        count,
      ).all(),
    ({ created_at, id }: UsageRow) => `${created_at} ${id}`,
    toUsage,
  );
}

const readPosition = (text: string): UsagePosition => {
  const [created_at = '', id = ''] = text.split(' ');
  return { created_at: Number(created_at), id };
};

const filterOf = (
  ctx: Ctx,
  { end_user, ...filters }: Omit<UsageQuery, 'limit' | 'cursor'>,
): UsageFilter => ({
  ...withRange(filters),
  end_user_id: filters.end_user_id ?? end_user,
  only: coveredAgents(ctx.actor),
});

/** The rows that are read for one piece of a table. */
const rowsAtATime = 500;

/** Streams all rows that match the filters as CSV, with one page in memory. Throws `not_found`. */
export async function streamUsage(
  ctx: Ctx,
  { limit: _limit, cursor: _cursor, ...filters }: UsageQuery,
): Promise<Response> {
  await checkNamedAgent(ctx, filters.agent);
  const filter = filterOf(ctx, filters);
  const encoder = new TextEncoder();
  let after: UsagePosition | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(toLine(usageColumns))),
    async pull(controller) {
      const rows: UsageRow[] = await selectUsage(
        ctx.db,
        ctx.workspace_id,
        filter,
        after,
        rowsAtATime,
      ).all();
      if (rows.length > 0)
        controller.enqueue(encoder.encode(rows.map((row) => toLine(toCells(row))).join('')));
      after = rows.at(-1) ?? null;
      if (rows.length < rowsAtATime) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="usage.csv"',
    },
  });
}

export function listArchives(ctx: Ctx, query: PageQuery): Promise<Page<UsageArchive>> {
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'usage-archives' },
    query,
    (after, count) => selectArchives(ctx.db, ctx.workspace_id, after, count).all(),
    ({ id }) => id,
    toUsageArchive,
  );
}

/** Returns the stored object of an archive. Throws `not_found`. */
export async function readArchive(ctx: Ctx, id: string): Promise<Response> {
  const row = await selectArchive(ctx.db, ctx.workspace_id, id).get();
  const object = row === undefined ? null : await ctx.files.get(row.object_key);
  if (row === undefined || object === null) throw notFound('archive');
  const { day, part } = toUsageArchive(row);
  return new Response(object.body, {
    headers: {
      'content-type': 'application/gzip',
      'content-length': String(object.byte_size),
      'content-disposition': `attachment; filename="usage-${day}-${part}.ndjson.gz"`,
    },
  });
}
