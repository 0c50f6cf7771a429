import type { SQL } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { downloadOriginal } from '../documents/index.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import { withRetry } from '../platform/with-retry.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { type BaseRow, selectBase } from './base-store.ts';
import { visible } from './bases.ts';
import { splitFields } from './fields/schema.ts';
import { type File, type FileQuery, toFile, type UpdateFile } from './file-schema.ts';
import {
  changeFile,
  type FileRow,
  markFileDeleted,
  originalIdOf,
  requeueFile,
  selectFiles,
} from './file-store.ts';
import { findFile, findFileOrHistory } from './find-file.ts';
import { formerOriginalOf, type Original } from './history/cited-original.ts';
import { deleteContents } from './history/content-store.ts';
import { findContent } from './history/find-content.ts';
import { ingestion, queuedAgain } from './ingestion.ts';
import { toResult } from './search/result.ts';
import type { SearchQuery, SearchResult } from './search/schema.ts';
import { findPassages } from './search/search.ts';

export const getFile = async (ctx: Ctx, id: string): Promise<File> =>
  toFile(await findFile(ctx, id));

/** Lists the files of a base, newest first, in one round trip. Throws `not_found`. */
export const listFiles = (ctx: Ctx, base_id: string, query: FileQuery): Promise<Page<File>> =>
  listFilesOf(ctx, base_id, base_id, query);

/**
 * Lists the files of a base given by its id or a subquery, in one round trip. `name` identifies the
 * list in its cursors.
 */
export const listFilesOf = (
  ctx: Ctx,
  base_id: string | SQL,
  name: string,
  { limit, cursor, ...filters }: FileQuery,
): Promise<Page<File>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `files:${name}`,
      filters,
    },
    { limit, cursor },
    async (after, count) => {
      const [[base], files] = await batch(ctx.db, [
        selectBase(ctx.db, ctx.workspace_id, base_id),
        selectFiles(ctx.db, ctx.workspace_id, base_id, filters, after, count),
      ]);
      visible(ctx, base, typeof base_id === 'string' ? 'knowledge base' : 'agent');
      return files;
    },
    (row) => row.id,
    toFile,
  );

export async function updateFile(ctx: Ctx, id: string, input: UpdateFile): Promise<File> {
  const file = await findFile(ctx, id);
  if (Object.keys(input).length === 0) return toFile(file);
  const { fields, rest } = splitFields(input);
  const given = definedFields(fields);
  const [[row]] = await commit(ctx, {
    statements: [
      changeFile(
        ctx.db,
        ctx.workspace_id,
        id,
        {
          ...definedFields(rest),
          ...(Object.keys(given).length === 0 ? {} : { fields: given }),
        },
        {
          changed_by: actorId(ctx.actor),
          updated_at: ctx.now(),
        },
      ),
    ],
    audit: [{ action: 'file.update', target_type: 'file', target_id: id, detail: { ...input } }],
  });
  if (row === undefined) throw notFound('file');
  return toFile(row);
}

/**
 * Hides a file; a job deletes its object, text, chunks, keyword rows and vectors, except what its base keeps as
 * history. With `isPurge` the history is deleted too, also of a file that was deleted before. Throws `not_found`.
 */
export async function deleteFile(ctx: Ctx, id: string, isPurge = false): Promise<void> {
  const { db, workspace_id } = ctx;
  const file = isPurge ? await findFileOrHistory(ctx, id) : await findFile(ctx, id);
  await commit(ctx, {
    statements: [
      markFileDeleted(db, workspace_id, id, ctx.now(), actorId(ctx.actor)),
      isPurge ? deleteContents(db, workspace_id, id) : null,
    ],
    audit: [
      {
        action: 'file.delete',
        target_type: 'file',
        target_id: id,
        detail: { base_id: file.base_id, name: file.name, ...(isPurge ? { purge: true } : {}) },
      },
    ],
    jobs: [{ type: 'file.delete', file_id: id }],
  });
}

/**
 * Queues a file for extraction and indexing again. Its content stays searchable until then. Throws `conflict`
 * while it is being processed.
 */
export async function reprocessFile(ctx: Ctx, id: string): Promise<File> {
  const file = await findFile(ctx, id);
  const busy = new Failure('conflict', 'The file is being processed.');
  if (file.status !== 'ready' && file.status !== 'failed') throw busy;
  const next = queuedAgain(ctx, file);
  const reply = toFile(next);
  const [rows] = await commit(ctx, {
    statements: [requeueFile(ctx.db, next)],
    audit: [{ action: 'file.reprocess', target_type: 'file', target_id: id }],
    jobs: [ingestion(ctx, next)],
    reply,
  });
  if (rows.length === 0) throw busy;
  return reply;
}

/**
 * Returns the original, now or at a revision, or the part of it that `Range` names. Throws `not_found`,
 * `revision_purged` and `range_not_satisfiable`.
 */
export async function getContent(
  ctx: Ctx,
  id: string,
  revision: number | undefined,
  { headers }: Request,
): Promise<Response> {
  const original =
    revision === undefined
      ? originalOf(await findFile(ctx, id))
      : formerOriginalOf(await findContent(ctx, id, revision));
  const download = original && (await downloadOriginal(ctx, original, { ...original, headers }));
  if (download !== null) return download;
  if (revision === undefined) throw notFound('file');
  throw new Failure(
    'not_found',
    `The original of the file at revision ${revision} has not been kept; its text has.`,
  );
}

const originalOf = (file: FileRow): Original => ({ ...file, id: originalIdOf(file) });
/** Throws `forbidden` for an end user and a shared base: what they may search there depends on the agent. */
function searchable(ctx: Ctx, base: BaseRow | undefined): BaseRow {
  if (ctx.actor.type === 'end_user' && base?.agent_id === null)
    throw new Failure(
      'forbidden',
      'An end user searches a shared knowledge base through an agent that uses it: `POST /agents/{agent}/search`.',
    );
  return visible(ctx, base);
}

/** Searches one base outside of a run, and stores the usage of the search. */
export async function searchBase(
  ctx: Ctx,
  base_id: string,
  { revision, boxes, ...input }: SearchQuery,
): Promise<SearchResult> {
  // Earlier revisions hold what has been deleted since.
  if (ctx.groups !== null && revision !== null)
    throw new Failure('forbidden', 'An end user cannot search an earlier revision.');
  const call = { call_key: ctx.newId('req') };
  const { usage, ...found } = await findPassages(
    ctx,
    {
      ...input,
      base_ids: [base_id],
      revisions: revision === null ? null : { [base_id]: revision },
    },
    call,
    (bases) => [searchable(ctx, bases[0])],
  );
  const reply = await toResult(ctx, found, boxes);
  // A repeated request of an end user searches again: who may read a file may have changed.
  const stored = ctx.groups === null ? { reply } : {};
  await withRetry(() => commit(ctx, { statements: usage, ...stored }));
  return reply;
}
