import { batch, type Statement } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { selectBase } from '../base-store.ts';
import {
  type PartlyUploaded,
  toFile,
  toUploaded,
  type Uploaded,
  type UploadedFile,
} from '../file-schema.ts';
import { type FileRow, originalIdOf, selectTwins } from '../file-store.ts';
import { latestOf } from '../replacement.ts';
import { noChanges, type Plan } from './plan.ts';
import { planFile } from './plan-upload.ts';
import { isStored, type Upload } from './upload-input.ts';

/** Attempts of requests that race for one content or external id. */
const maxAttempts = 10;
const maxPauseMs = 400;

/** A committed upload. */
export interface Committed {
  readonly reply: Uploaded | PartlyUploaded;
  /** Ids of the originals that the files have; other objects of the upload are not needed. */
  readonly originals: ReadonlySet<string>;
}

/** Returns the statements that record a stored file in the batch that stores it. */
export type RecordFile = (file: UploadedFile) => readonly Statement[];

/**
 * Creates, replaces or reuses the files of an upload in one batch. Expects new files at first, so that those
 * cost no read. Throws `not_found` when the base is gone, and `conflict` when other requests keep changing the
 * same file.
 */
export async function commitUpload(
  ctx: Ctx,
  base_id: string,
  upload: Upload,
  record?: RecordFile,
): Promise<Committed> {
  const mayReplace = upload.external_id !== null;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const twins = attempt > 1 || mayReplace ? await readTwins(ctx, base_id, upload) : [];
      return await tryCommit(ctx, base_id, upload, twins, record);
    } catch (error) {
      const isRace =
        isGuardViolation(error, 'files.base_id') ||
        isUniqueViolation(error, 'files.base_id', 'files.sha256') ||
        isUniqueViolation(error, 'files.base_id', 'files.external_id');
      if (!isRace) throw error;
      if (attempt === maxAttempts)
        throw new Failure('conflict', 'The file is being replaced by other requests.', {
          retryAfter: 1,
          cause: error,
        });
      if (attempt === 1) continue;
      // Jitter, so that requests that collided do not collide again.
      const pause = Math.random() * Math.min(maxPauseMs, 10 * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Reads existing files with the same content or external id. Throws `not_found` when the base is gone. */
async function readTwins(ctx: Ctx, base_id: string, upload: Upload): Promise<readonly FileRow[]> {
  const digests = upload.entries.filter(isStored).map((file) => file.sha256);
  const { db, workspace_id } = ctx;
  const [bases, twins] = await batch(db, [
    selectBase(db, workspace_id, base_id),
    selectTwins(db, workspace_id, base_id, digests, upload.external_id),
  ]);
  if (bases.length === 0) throw notFound('knowledge base');
  return twins;
}

/** Plans and writes; guards and unique indexes refuse a plan that is outdated. */
async function tryCommit(
  ctx: Ctx,
  base_id: string,
  upload: Upload,
  twins: readonly FileRow[],
  record?: RecordFile,
): Promise<Committed> {
  const plan = upload.entries
    .filter(isStored)
    .reduce<Plan>((sum, file) => planFile(ctx, base_id, upload, file, twins, sum), noChanges);
  const files = plan.files.map(({ row, is_duplicate }) => ({ ...toFile(row), is_duplicate }));
  const stored = files.values();
  const reply = toUploaded(
    upload.entries.map((entry) =>
      isStored(entry) ? (stored.next().value as UploadedFile) : entry,
    ),
  );
  await commit(ctx, {
    statements: [...plan.statements, ...files.flatMap((file) => record?.(file) ?? [])],
    jobs: plan.jobs,
    audit: plan.audit,
    reply,
  });
  return { reply, originals: new Set(plan.files.map(({ row }) => originalIdOf(latestOf(row)))) };
}
