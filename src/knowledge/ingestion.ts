import type { QueuedJob } from '../platform/commit.ts';
import { type Ctx, payingKey } from '../platform/context.ts';
import type { FileRow } from './file-store.ts';

/** The job that ingests a file. Bases take turns. */
export const ingestion = (
  ctx: Ctx,
  { id, base_id }: Pick<FileRow, 'id' | 'base_id'>,
): QueuedJob => ({
  job: { type: 'file.ingest', file_id: id, api_key_id: payingKey(ctx.actor) },
  lane: base_id,
});
