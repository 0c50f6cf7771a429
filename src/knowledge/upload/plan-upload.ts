import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { mergeFields } from '../fields/schema.ts';
import {
  type FileRow,
  insertFile,
  originalIdOf,
  replaceContent,
  updateFile,
} from '../file-store.ts';
import { ingestion, queuedAgain } from '../ingestion.ts';
import { latestOf, type NewContent, withContent } from '../replacement.ts';
import { searchableAttempt } from '../searchable.ts';
import { cleanupId } from './cleanup-store.ts';
import { describeAgain, withDescription } from './describe-again.ts';
import { newFile } from './new-file.ts';
import { merge, noChanges, type Plan } from './plan.ts';
import type { StoredFile, Upload } from './upload-input.ts';

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
  const latest = named && latestOf(named);
  const same = [...plan.files.map((one) => one.row), ...twins].filter(
    (row) => row.sha256 === file.sha256 && latestOf(row).sha256 === file.sha256,
  );
  if (named !== undefined && latest?.sha256 === file.sha256)
    return merge(
      plan,
      readAgain(ctx, withDescription(named, upload), upload.encoding, named),
      describeAgain(ctx, named, upload),
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
        : adopt(ctx, twin, external_id, upload),
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

/** Gives the external id, and what the upload says, to an existing file with the same content and no external id. */
const adopt = (ctx: Ctx, twin: FileRow, external_id: string, upload: Upload): Plan => {
  const given = { ...upload, groups: undefined, keeps_description: false };
  const again = readAgain(ctx, withDescription(twin, given), upload.encoding, twin);
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
    describeAgain(ctx, twin, given),
  );
};

/** Reuses an existing file; ingests it again when the caller names a different encoding. `seen` is the row without what the upload says. */
function readAgain(ctx: Ctx, row: FileRow, encoding: string | null, seen = row): Plan {
  const latest = latestOf(row);
  if (encoding === null || encoding === latest.encoding)
    return { ...noChanges, files: [{ row, is_duplicate: true }] };
  const content = { ...contentOf(latest), groups: row.replacement?.groups, encoding };
  const next = queuedAgain(ctx, withContent(row, content, ctx.now()));
  return {
    files: [{ row: next, is_duplicate: true }],
    statements: [replaceContent(ctx.db, next, content, seen)],
    jobs: [ingestion(ctx, next)],
    audit: [
      { action: 'file.update', target_type: 'file', target_id: row.id, detail: { encoding } },
    ],
  };
}

const contentOf = (row: FileRow): NewContent => {
  const { name, media_type, byte_size, sha256, encoding, metadata, fields } = row;
  return {
    name,
    media_type,
    byte_size,
    sha256,
    encoding,
    metadata,
    fields,
    original_id: originalIdOf(row),
  };
};

/**
 * Gives new content to a file, which keeps its id, and its content until the new one is ready. The new original has
 * the id of the upload.
 */
function replaceFile(
  ctx: Ctx,
  old: FileRow,
  { encoding, metadata, fields, groups }: Upload,
  { id: original_id, ...file }: StoredFile,
): Plan {
  const given = { groups: groups === undefined ? old.replacement?.groups : groups };
  const merged = mergeFields(latestOf(old).fields, fields);
  const content = { ...file, encoding, metadata, fields: merged, original_id, ...given };
  const row = queuedAgain(ctx, withContent(old, content, ctx.now()));
  return {
    files: [{ row, is_duplicate: false }],
    statements: [
      replaceContent(ctx.db, row, content, old),
      given.groups === undefined
        ? null
        : updateFile(ctx.db, ctx.workspace_id, old.id, { groups: row.groups }),
    ],
    jobs: [
      { ...ingestion(ctx, row), id: cleanupId(original_id) },
      // Removes content that nobody has found yet and that this one takes the place of.
      ...(old.replacement === null && searchableAttempt(old) !== null
        ? []
        : [{ type: 'file.delete' as const, file_id: old.id }]),
    ],
    audit: [
      {
        action: 'file.replace',
        target_type: 'file',
        target_id: old.id,
        detail: { name: file.name },
      },
    ],
  };
}
