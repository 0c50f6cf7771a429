import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { day, second } from '../../shared/time.ts';
import { isSigned, linkOf } from './link.ts';
import { type LinkQuery, toWorkspaceExport, type WorkspaceExport } from './schema.ts';
import {
  countRecent,
  type ExportRow,
  insertExport,
  selectExport,
  selectExports,
  selectLinkedExport,
} from './store.ts';

/** Time for which an archive is kept, and exports of a workspace within a day. */
const keptFor = day;
const maxPerDay = 10;

/** Starts an export. Throws `conflict` while one is in progress, and `rate_limited`. */
export async function createExport(ctx: Ctx): Promise<WorkspaceExport> {
  const now = ctx.now();
  const row: ExportRow = {
    id: ctx.newId('wex'),
    workspace_id: ctx.workspace_id,
    status: 'queued',
    position: null,
    parts: [],
    rows: {},
    object_count: 0,
    object_bytes: 0,
    error_detail: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    completed_at: null,
    expires_at: now + keptFor,
  };
  const reply = toWorkspaceExport(row, null);
  try {
    await commit(ctx, {
      statements: [insertExport(ctx.db, row, now - day, maxPerDay)],
      audit: [{ action: 'workspace.export', target_type: 'workspace_export', target_id: row.id }],
      jobs: [exportJob(row.id)],
      reply,
    });
  } catch (error) {
    if (isGuardViolation(error, 'workspace_exports.status')) throw await refusal(ctx, now - day);
    throw error;
  }
  return reply;
}

async function refusal(ctx: Ctx, since: number): Promise<Failure> {
  const recent = (await countRecent(ctx.db, ctx.workspace_id, since).get())?.recent ?? 0;
  return recent >= maxPerDay
    ? new Failure('rate_limited', `A workspace is exported at most ${maxPerDay} times a day.`, {
        retryAfter: day / second / maxPerDay,
      })
    : new Failure('conflict', 'An export is in progress. Wait until it is completed.');
}

/** The only job of an export, which each step replaces. */
export const exportJob = (export_id: string) => ({
  job: { type: 'workspace.export', export_id } as const,
  id: export_id.replace('wex_', 'job_'),
  lane: export_id,
});

/** Throws `not_found`. */
export async function getExport(ctx: Ctx, id: string): Promise<WorkspaceExport> {
  const row = await selectExport(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('export');
  return withLink(ctx, row);
}

const withLink = async (ctx: Ctx, row: ExportRow): Promise<WorkspaceExport> =>
  toWorkspaceExport(row, row.status === 'completed' ? await linkOf(ctx, row.id) : null);

export async function listExports(ctx: Ctx, query: PageQuery): Promise<Page<WorkspaceExport>> {
  const { workspace_id } = ctx;
  const page = await readPage(
    { secret: ctx.config.signing_secret, workspace_id, list: 'workspace-exports' },
    query,
    (after, limit) => selectExports(ctx.db, workspace_id, after, limit).all(),
    (row) => row.id,
    (row) => row,
  );
  return { ...page, data: await Promise.all(page.data.map((row) => withLink(ctx, row))) };
}

/** Streams the archive to everybody who has its link. Throws `forbidden` and `not_found`. */
export async function downloadExport(
  ctx: Ctx,
  id: string,
  { expires, signature }: LinkQuery,
): Promise<Response> {
  if (expires === undefined || signature === undefined) throw notFound('export');
  if (!(await isSigned(ctx, id, { expires, signature })))
    throw new Failure('forbidden', 'The link is not valid, or has expired.');
  const row = await selectLinkedExport(ctx.db, id, ctx.now()).get();
  if (row === undefined) throw notFound('export');
  const byte_size = row.parts.reduce((sum, part) => sum + part.byte_size, 0);
  const { readable, writable } = new FixedLengthStream(byte_size);
  ctx.defer(pipeParts(ctx, row, writable).catch((error: unknown) => writable.abort(error)));
  const name = `${row.workspace_id}-${new Date(row.created_at).toISOString().slice(0, 10)}.tar.gz`;
  return new Response(readable, {
    headers: {
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="${name}"`,
    },
  });
}

async function pipeParts(ctx: Ctx, { parts }: ExportRow, writable: WritableStream<Uint8Array>) {
  for (const { key } of parts) {
    const object = await ctx.files.get(key);
    if (object === null) throw new Error(`The part ${key} of an export is missing.`);
    await object.body.pipeTo(writable, { preventClose: true });
  }
  await writable.close();
}
