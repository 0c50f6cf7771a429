import type { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  type FileRow,
  insertFile,
  originalIdOf,
  replaceContent,
  updateFile,
} from '../file-store.ts';
import { ingestion, queuedAgain } from '../ingestion.ts';
import { cleanupId } from './cleanup-store.ts';
import { newFile } from './new-file.ts';
import type { StoredFile, Upload } from './upload-input.ts';

/** Changes of one upload: the resulting rows, and what the batch contains for them. */
export interface Plan {
  /** In the order of the files of the upload. */
  readonly rows: readonly FileRow[];
  readonly statements: Parameters<typeof commit>[1]['statements'];
  readonly jobs: NonNullable<Parameters<typeof commit>[1]['jobs']>;
  readonly audit: NonNullable<Parameters<typeof commit>[1]['audit']>;
}

export const noChanges: Plan = { rows: [], statements: [], jobs: [], audit: [] };

/**
 * Adds one file to the plan. `twins` are existing files with the same content or external id. The file
 * that has the external id gets the content; other existing content is reused.
 */
export function planFile(
  ctx: Ctx,
  base_id: string,
  upload: Upload,
  file: StoredFile,
  twins: readonly FileRow[],
  plan: Plan,
): Plan {
  const { external_id } = upload;
  const named =
    external_id === null ? undefined : twins.find((row) => row.external_id === external_id);
  const same = [...plan.rows, ...twins].filter((row) => row.sha256 === file.sha256);
  if (named !== undefined && named.sha256 === file.sha256)
    return merge(plan, readAgain(ctx, named, upload.encoding));
  if (named !== undefined) return merge(plan, replaceFile(ctx, named, upload, file));
  const twin = same.find((row) => external_id === null || row.external_id === null);
  if (twin !== undefined)
    return merge(
      plan,
      external_id === null
        ? readAgain(ctx, twin, upload.encoding)
        : adopt(ctx, twin, external_id, upload.encoding),
    );
  const row = newFile(ctx, base_id, upload, file);
  return merge(plan, {
    rows: [row],
    statements: [insertFile(ctx.db, row)],
    jobs: [{ ...ingestion(ctx, row), id: cleanupId(row.id) }],
    audit: [
      {
        action: 'file.create',
        target_type: 'file',
        target_id: row.id,
        detail: { base_id, name: row.name },
      },
    ],
  });
}

const merge = (...plans: readonly Plan[]): Plan => ({
  rows: plans.flatMap((plan) => plan.rows),
  statements: plans.flatMap((plan) => plan.statements),
  jobs: plans.flatMap((plan) => plan.jobs),
  audit: plans.flatMap((plan) => plan.audit),
});

/** Gives the external id to an existing file with the same content and none. */
const adopt = (ctx: Ctx, twin: FileRow, external_id: string, encoding: string | null): Plan => {
  const again = readAgain(ctx, twin, encoding);
  const row = { ...twin, ...again.rows[0], external_id, updated_at: ctx.now() };
  return merge(
    { ...again, rows: [] },
    {
      ...noChanges,
      rows: [row],
      statements: [
        updateFile(ctx.db, ctx.workspace_id, twin.id, { external_id, updated_at: row.updated_at }),
      ],
      audit: [
        { action: 'file.update', target_type: 'file', target_id: twin.id, detail: { external_id } },
      ],
    },
  );
};

/** Reuses an existing file; ingests it again when the caller names a different encoding. */
function readAgain(ctx: Ctx, row: FileRow, encoding: string | null): Plan {
  if (encoding === null || encoding === row.encoding) return { ...noChanges, rows: [row] };
  const next = queuedAgain(ctx, { ...row, encoding });
  return {
    rows: [next],
    statements: [replaceContent(ctx.db, next)],
    jobs: [ingestion(ctx, next)],
    audit: [
      { action: 'file.update', target_type: 'file', target_id: row.id, detail: { encoding } },
    ],
  };
}

/** Gives new content to a file, which keeps its id. Its original moves to the id of the upload. */
function replaceFile(
  ctx: Ctx,
  old: FileRow,
  { encoding, metadata }: Upload,
  { id: original_id, ...file }: StoredFile,
): Plan {
  const row = queuedAgain(ctx, { ...old, ...file, encoding, metadata, original_id });
  return {
    rows: [row],
    statements: [replaceContent(ctx.db, row)],
    jobs: [
      { ...ingestion(ctx, row), id: cleanupId(original_id) },
      { type: 'file.delete', file_id: originalIdOf(old) },
    ],
    audit: [
      {
        action: 'file.replace',
        target_type: 'file',
        target_id: old.id,
        detail: { name: row.name },
      },
    ],
  };
}
