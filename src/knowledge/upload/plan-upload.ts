import type { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure } from '../../shared/failure.ts';
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
  readonly files: readonly PlannedFile[];
  readonly statements: Parameters<typeof commit>[1]['statements'];
  readonly jobs: NonNullable<Parameters<typeof commit>[1]['jobs']>;
  readonly audit: NonNullable<Parameters<typeof commit>[1]['audit']>;
}

interface PlannedFile {
  readonly row: FileRow;
  /** True for an existing file with this content. */
  readonly is_duplicate: boolean;
}

export const noChanges: Plan = { files: [], statements: [], jobs: [], audit: [] };

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
  const same = [...plan.files.map((one) => one.row), ...twins].filter(
    (row) => row.sha256 === file.sha256,
  );
  if (named !== undefined && named.sha256 === file.sha256)
    return merge(
      plan,
      readAgain(ctx, withGroups(named, upload), upload.encoding),
      regroup(ctx, named, upload),
    );
  if (named !== undefined) return merge(plan, replaceFile(ctx, named, upload, file));
  // A file with an external id has groups of its own.
  const twin = same.find(
    (row) => external_id === null || (row.external_id === null && hasGroups(row, upload)),
  );
  if (twin !== undefined)
    return merge(
      plan,
      external_id === null
        ? readAgain(ctx, refuseOtherGroups(twin, upload), upload.encoding)
        : adopt(ctx, twin, external_id, upload.encoding),
    );
  const row = newFile(ctx, base_id, upload, file);
  return merge(plan, {
    files: [{ row, is_duplicate: false }],
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

const withGroups = (row: FileRow, { groups = row.groups }: Upload): FileRow => ({ ...row, groups });

/** Gives the groups of the upload to the file that has its external id and its content. */
function regroup(ctx: Ctx, { id }: FileRow, { groups }: Upload): Plan {
  if (groups === undefined) return noChanges;
  return {
    ...noChanges,
    statements: [updateFile(ctx.db, ctx.workspace_id, id, { groups, updated_at: ctx.now() })],
    audit: [{ action: 'file.update', target_type: 'file', target_id: id, detail: { groups } }],
  };
}

/** True for a file with the groups of the upload, or any if that names none. */
function hasGroups(row: FileRow, { groups }: Upload): boolean {
  const nameOf = (some: readonly string[] | null) => JSON.stringify(some && [...some].sort());
  return groups === undefined || nameOf(groups) === nameOf(row.groups);
}

/** Throws `conflict` for existing content that other groups may read: an upload neither widens nor narrows it. */
function refuseOtherGroups(row: FileRow, upload: Upload): FileRow {
  if (hasGroups(row, upload)) return row;
  throw new Failure(
    'conflict',
    `The base has this content as ${row.id}, with other groups. Change them with \`PATCH /files/${row.id}\`.`,
    { extra: { file_id: row.id } },
  );
}

const merge = (...plans: readonly Plan[]): Plan => ({
  files: plans.flatMap((plan) => plan.files),
  statements: plans.flatMap((plan) => plan.statements),
  jobs: plans.flatMap((plan) => plan.jobs),
  audit: plans.flatMap((plan) => plan.audit),
});

/** Gives the external id to an existing file with the same content and none. */
const adopt = (ctx: Ctx, twin: FileRow, external_id: string, encoding: string | null): Plan => {
  const again = readAgain(ctx, twin, encoding);
  const row = { ...twin, ...again.files[0]?.row, external_id, updated_at: ctx.now() };
  return merge(
    { ...again, files: [] },
    {
      ...noChanges,
      files: [{ row, is_duplicate: true }],
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
  if (encoding === null || encoding === row.encoding)
    return { ...noChanges, files: [{ row, is_duplicate: true }] };
  const next = queuedAgain(ctx, { ...row, encoding });
  return {
    files: [{ row: next, is_duplicate: true }],
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
  { encoding, metadata, fields, groups }: Upload,
  { id: original_id, ...file }: StoredFile,
): Plan {
  const given = definedFields({ encoding, metadata, groups, original_id });
  const merged = { ...old.fields, ...fields };
  const row = queuedAgain(ctx, { ...old, ...file, ...given, fields: merged });
  return {
    files: [{ row, is_duplicate: false }],
    statements: [
      ...(groups === undefined ? [] : [updateFile(ctx.db, ctx.workspace_id, old.id, { groups })]),
      replaceContent(ctx.db, row),
    ],
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
