import { actorId, type Ctx } from '../../platform/context.ts';
import { presentFields } from '../fields/schema.ts';
import type { FileRow } from '../file-store.ts';
import type { StoredFile, Upload } from './upload-input.ts';

/** Row of a file that is queued for ingestion. */
export function newFile(
  ctx: Ctx,
  base_id: string,
  { external_id, encoding, metadata, fields, groups, default_groups }: Upload,
  file: StoredFile,
): FileRow {
  const now = ctx.now();
  return {
    ...file,
    workspace_id: ctx.workspace_id,
    base_id,
    external_id,
    encoding,
    metadata,
    fields: presentFields(fields),
    detected: {},
    groups: groups === undefined ? default_groups : groups,
    status: 'queued',
    progress: 0,
    attempt: 0,
    former_attempt: null,
    former_chunk_count: 0,
    revision: 0,
    original_id: null,
    replacement: null,
    error_code: null,
    error_detail: null,
    page_count: null,
    char_count: null,
    is_markdown: null,
    token_count: null,
    chunk_count: null,
    embedding_calls: 0,
    embedding_tokens: 0,
    embedding_cost_nano_usd: 0,
    embedding_unpriced_calls: 0,
    created_by: actorId(ctx.actor),
    changed_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    ready_at: null,
    deleted_at: null,
  };
}
