import { attachmentHeaders } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { isSignatureOf, signatureOf } from '../../platform/signature.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { day, second, toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { getEndUser } from '../service.ts';
import type { EndUserExport, LinkQuery } from './schema.ts';
import {
  type ExportRow,
  insertExport,
  keyOfExport,
  selectExport,
  selectExports,
  selectLinkedExport,
} from './store.ts';

const keptFor = day;

/** Starts an export of everything of an end user. Throws `not_found` for one who has never been named. */
export async function createExport(ctx: Ctx, end_user_id: string): Promise<EndUserExport> {
  await getEndUser(ctx, end_user_id);
  const now = ctx.now();
  const id = ctx.newId('eux');
  const row: ExportRow = {
    id,
    workspace_id: ctx.workspace_id,
    end_user_id,
    status: 'running',
    object_key: keyOfExport(ctx.workspace_id, id),
    byte_size: null,
    sha256: null,
    counts: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    completed_at: null,
    expires_at: now + keptFor,
  };
  const reply = await toExport(ctx, row);
  await commit(ctx, {
    statements: [insertExport(ctx.db, row)],
    audit: [{ action: 'end_user.export', target_type: 'end_user', target_id: end_user_id }],
    jobs: [{ type: 'end_user.export', export_id: id }],
    reply,
  });
  return reply;
}

export async function getExport(ctx: Ctx, end_user_id: string, id: string): Promise<EndUserExport> {
  const row = await selectExport(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || row.end_user_id !== end_user_id) throw notFound('export');
  return toExport(ctx, row);
}

export async function listExports(
  ctx: Ctx,
  end_user_id: string,
  query: PageQuery,
): Promise<Page<EndUserExport>> {
  const { config, workspace_id } = ctx;
  const page = await readPage(
    {
      secret: config.signing_secret,
      workspace_id,
      list: 'end-user-exports',
      filters: { end_user_id },
    },
    query,
    (after, limit) => selectExports(ctx.db, workspace_id, end_user_id, after, limit).all(),
    (row) => row.id,
    (row) => row,
  );
  return { ...page, data: await Promise.all(page.data.map((row) => toExport(ctx, row))) };
}

/** Returns the archive for everybody who has its link. Throws `forbidden` and `not_found`. */
export async function downloadExport(
  ctx: Ctx,
  id: string,
  { expires, signature }: LinkQuery,
): Promise<Response> {
  if (expires === undefined || signature === undefined) throw notFound('export');
  const isValid =
    expires * second > ctx.now() &&
    (await isSignatureOf(ctx.config, ['end-user-export', id, expires], signature));
  if (!isValid) throw new Failure('forbidden', 'The link is not valid, or has expired.');
  const row = await selectLinkedExport(ctx.db, id).get();
  const object =
    row === undefined || row.object_key === null || row.status !== 'completed'
      ? null
      : await ctx.files.get(row.object_key);
  if (object === null) throw notFound('export');
  return new Response(object.body, {
    headers: {
      ...attachmentHeaders(`${id}.ndjson.gz`, 'application/gzip'),
      'content-length': String(object.byte_size),
    },
  });
}

async function toExport(ctx: Ctx, row: ExportRow): Promise<EndUserExport> {
  const [host] = ctx.config.own_hosts;
  const expires = Math.floor(row.expires_at / second);
  const query = new URLSearchParams({
    expires: String(expires),
    signature: await signatureOf(ctx.config, ['end-user-export', row.id, expires]),
  });
  const path = `/api/v1/end-user-exports/${row.id}/content?${query}`;
  const { id, end_user_id, status, byte_size, sha256, counts } = row;
  return {
    ...{ id, end_user_id, status, byte_size, sha256, counts },
    url: status === 'completed' ? `${host === undefined ? '' : `https://${host}`}${path}` : null,
    created_at: toWireTime(row.created_at),
    completed_at: toWireTimeOrNull(row.completed_at),
    expires_at: toWireTime(row.expires_at),
  };
}
