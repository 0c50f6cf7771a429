import type { QueuedJob } from '../platform/commit.ts';
import { actorId, type Ctx, payingKey } from '../platform/context.ts';
import type { FileRow } from './file-store.ts';
import { searchableAttempt } from './searchable.ts';

/** The job that ingests this revision of a file. Bases take turns. */
export const ingestion = (
  ctx: Ctx,
  { id, base_id, revision }: Pick<FileRow, 'id' | 'base_id' | 'revision'>,
): QueuedJob => ({
  job: { type: 'file.ingest', file_id: id, api_key_id: payingKey(ctx.actor), revision },
  lane: base_id,
});

/** The row after it has been queued again, as `requeueFile` and `replaceContent` leave it. */
export const queuedAgain = (ctx: Ctx, row: FileRow): FileRow => ({
  ...row,
  revision: row.revision + 1,
  status: 'queued',
  progress: 0,
  error_code: null,
  error_detail: null,
  chunk_count: null,
  replacement: row.replacement && { ...row.replacement, failed_at: undefined },
  former_attempt: searchableAttempt(row),
  former_chunk_count: row.status === 'ready' ? (row.chunk_count ?? 0) : row.former_chunk_count,
  changed_by: actorId(ctx.actor),
  updated_at: ctx.now(),
});
