import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coversAgent, payingKey } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { findBase } from '../bases.ts';
import { checkBucket } from '../check-bucket.ts';
import { presentFields } from '../fields/schema.ts';
import { sealCredentials } from './credentials.ts';
import { selectPages } from './page-store.ts';
import {
  type CreateSource,
  type Source,
  type SourcePage,
  type SourcePageQuery,
  toSource,
  toSourcePage,
} from './schema.ts';
import { addressOf, type Settings } from './settings.ts';
import {
  deleteSourceRow,
  insertSource,
  markSourceDeleted,
  maxSources,
  type SourceRow,
  selectSource,
  selectSources,
  startSync,
  syncJobId,
} from './source-store.ts';

/** Returns a source. Throws `not_found`, also for one of a base that the key does not cover. */
export async function findSource(ctx: Ctx, id: string): Promise<SourceRow> {
  const found = await selectSource(ctx.db, ctx.workspace_id, id).get();
  if (found === undefined || !coversAgent(ctx.actor, found.agent_id)) throw notFound('source');
  return found.source;
}

/** The job that synchronizes a source. There is one at most. */
const syncJob = (ctx: Ctx, source_id: string) => ({
  job: { type: 'source.sync', source_id, api_key_id: payingKey(ctx.actor) } as const,
  lane: source_id,
  id: syncJobId(source_id),
});

/** Creates a source and starts its first synchronization. Throws `url_not_allowed`, `conflict` and `not_found`. */
export async function createSource(
  ctx: Ctx,
  base_id: string,
  { name, refresh_interval_s, groups, language, tags, ...input }: CreateSource,
): Promise<Source> {
  await findBase(ctx, base_id);
  const { credentials = {}, ...settings } = { credentials: undefined, ...input };
  const address = addressOf(settings as Settings);
  checkAddress(ctx, settings as Settings);
  const created = newSource(ctx, base_id, {
    name: name ?? address.name.slice(0, 100),
    type: settings.type,
    settings,
    refresh_interval_s,
    groups,
    file_fields: presentFields({ language, tags }),
  });
  const sealed = await sealCredentials(ctx, created, definedFields(credentials));
  const row = { ...created, credentials: sealed.shown };
  const reply = toSource(row);
  const detail = { base_id, type: row.type, address: address.name };
  try {
    await commit(ctx, {
      statements: [insertSource(ctx.db, row), ...sealed.statements],
      audit: [{ action: 'source.create', target_type: 'source', target_id: row.id, detail }],
      jobs: [syncJob(ctx, row.id)],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'knowledge_sources.base_id')) throw error;
    await findBase(ctx, base_id);
    throw new Failure('conflict', `A knowledge base can have at most ${maxSources} sources.`);
  }
  return reply;
}

/** Throws `url_not_allowed`, and `validation_failed` for a bucket that the workspace may not read. */
function checkAddress({ egress, buckets }: Ctx, settings: Settings): void {
  if (settings.type === 'r2') checkBucket(buckets, settings.bucket, '/bucket');
  const { url } = addressOf(settings);
  if (url !== null) egress.check(url);
}

const newSource = (
  ctx: Ctx,
  base_id: string,
  given: Pick<
    SourceRow,
    'name' | 'type' | 'settings' | 'refresh_interval_s' | 'groups' | 'file_fields'
  >,
): SourceRow => ({
  ...given,
  id: ctx.newId('src'),
  workspace_id: ctx.workspace_id,
  base_id,
  credentials: {},
  status: 'queued',
  sync: 1,
  is_listed: false,
  cursor: null,
  counts: {},
  failures: 0,
  error_code: null,
  error_detail: null,
  api_key_id: payingKey(ctx.actor),
  created_by: actorId(ctx.actor),
  sync_started_at: ctx.now(),
  synced_at: null,
  next_sync_at: null,
  deleted_at: null,
  created_at: ctx.now(),
  updated_at: ctx.now(),
});

export const getSource = async (ctx: Ctx, id: string): Promise<Source> =>
  toSource(await findSource(ctx, id));

export async function listSources(
  ctx: Ctx,
  base_id: string,
  query: PageQuery,
): Promise<Page<Source>> {
  await findBase(ctx, base_id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `sources:${base_id}`,
    },
    query,
    (after, limit) => selectSources(ctx.db, ctx.workspace_id, base_id, after, limit).all(),
    (row) => row.id,
    toSource,
  );
}

/** Starts a synchronization. Throws `conflict` while one runs. */
export async function syncSourceNow(ctx: Ctx, id: string): Promise<Source> {
  const source = await findSource(ctx, id);
  const busy = new Failure('conflict', 'The source is being synchronized.');
  if (source.status === 'queued' || source.status === 'syncing') throw busy;
  const now = ctx.now();
  const reply = toSource({
    ...source,
    status: 'queued',
    error_code: null,
    error_detail: null,
    sync_started_at: now,
    next_sync_at: null,
    updated_at: now,
  });
  const [rows] = await commit(ctx, {
    statements: [startSync(ctx.db, ctx.workspace_id, id, now)],
    audit: [{ action: 'source.sync', target_type: 'source', target_id: id }],
    jobs: [syncJob(ctx, id)],
    reply,
  });
  if (rows.length === 0) throw busy;
  return reply;
}

/** Deletes a source. Its files are kept, or deleted by a job. */
export async function deleteSource(ctx: Ctx, id: string, keep_files: boolean): Promise<void> {
  const { base_id } = await findSource(ctx, id);
  const { db, workspace_id } = ctx;
  await commit(ctx, {
    statements: [
      keep_files
        ? deleteSourceRow(db, workspace_id, id)
        : markSourceDeleted(db, workspace_id, id, ctx.now()),
    ],
    audit: [
      {
        action: 'source.delete',
        target_type: 'source',
        target_id: id,
        detail: { base_id, keep_files },
      },
    ],
    jobs: keep_files ? [] : [{ type: 'source.delete', source_id: id }],
  });
}

export async function listSourcePages(
  ctx: Ctx,
  id: string,
  { limit, cursor, state }: SourcePageQuery,
): Promise<Page<SourcePage>> {
  await findSource(ctx, id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `source-pages:${id}`,
      filters: { state },
    },
    { limit, cursor },
    (after, count) =>
      selectPages(ctx.db, ctx.workspace_id, id, { state, after, limit: count }).all(),
    (row) => row.id,
    toSourcePage,
  );
}
