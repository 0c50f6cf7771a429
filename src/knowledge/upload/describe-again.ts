import type { FileFields } from '../../db/schema/knowledge.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { mergeFields } from '../fields/schema.ts';
import { changeFile, type FileRow } from '../file-store.ts';
import { latestOf } from '../replacement.ts';
import { noChanges, type Plan } from './plan.ts';
import type { Upload } from './upload-input.ts';

/** Gives groups, metadata and fields of the upload to the file that has its external id and its content. */
export function describeAgain(ctx: Ctx, file: FileRow, upload: Upload): Plan {
  const changes = descriptionOf(file, upload);
  if (Object.keys(changes).length === 0) return noChanges;
  const by = { changed_by: actorId(ctx.actor), updated_at: ctx.now() };
  return {
    ...noChanges,
    statements: [changeFile(ctx.db, ctx.workspace_id, file.id, changes, by)],
    audit: [{ action: 'file.update', target_type: 'file', target_id: file.id, detail: changes }],
  };
}

/** Returns the changes that an upload contains: groups, and metadata and fields that differ from those of the latest content. */
function descriptionOf(file: FileRow, { groups, keeps_description, ...given }: Upload) {
  const latest = latestOf(file);
  const fields = Object.fromEntries(
    Object.entries(definedFields(given.fields)).filter(
      ([name, value]) => !isSame(value, latest.fields[name as keyof FileFields]),
    ),
  );
  const isDescribed = keeps_description !== true;
  const hasMetadata = Object.keys(given.metadata).length > 0;
  return {
    ...(groups === undefined ? {} : { groups }),
    ...(isDescribed && hasMetadata && !isSame(given.metadata, latest.metadata)
      ? { metadata: given.metadata }
      : {}),
    ...(isDescribed && Object.keys(fields).length > 0 ? { fields } : {}),
  };
}

const isSame = (a: unknown, b: unknown): boolean =>
  canonicalJson(a ?? null) === canonicalJson(b ?? null);

/** Returns the file as `describeAgain` stores it. */
export function withDescription(file: FileRow, upload: Upload): FileRow {
  const { fields, ...changes } = descriptionOf(file, upload);
  const described = <Of extends Pick<FileRow, 'fields'>>(of: Of): Of => ({
    ...of,
    ...changes,
    fields: mergeFields(of.fields, fields ?? {}),
  });
  return {
    ...described(file),
    replacement: file.replacement === null ? null : described(file.replacement),
  };
}
