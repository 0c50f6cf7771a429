import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { selectTwins } from '../file-store.ts';
import { toFile, toUploaded, type Uploaded } from '../schema.ts';
import { noChanges, type Plan, planFile } from './plan-upload.ts';
import type { Upload } from './upload-input.ts';

/** Attempts of requests that race for one content or external id. */
const maxAttempts = 10;
const maxPauseMs = 400;

/**
 * Creates, replaces or reuses the files of an upload in one batch. Throws `not_found` when the base is gone,
 * and `conflict` when other requests keep changing the same file.
 */
export async function commitUpload(ctx: Ctx, base_id: string, upload: Upload): Promise<Uploaded> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryCommit(ctx, base_id, upload);
    } catch (error) {
      if (isGuardViolation(error, 'files.base_id')) throw notFound('knowledge base');
      const isRace =
        isUniqueViolation(error, 'files.base_id', 'files.sha256') ||
        isUniqueViolation(error, 'files.base_id', 'files.external_id');
      if (!isRace) throw error;
      if (attempt === maxAttempts)
        throw new Failure('conflict', 'The file is being replaced by other requests.', {
          retryAfter: 1,
          cause: error,
        });
      // Jitter, so that requests that collided do not collide again.
      const pause = Math.random() * Math.min(maxPauseMs, 10 * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Reads existing files, plans and writes; unique indexes refuse a plan that is outdated. */
async function tryCommit(ctx: Ctx, base_id: string, upload: Upload): Promise<Uploaded> {
  const digests = upload.files.map((file) => file.sha256);
  const twins = await selectTwins(
    ctx.db,
    ctx.workspace_id,
    base_id,
    digests,
    upload.external_id,
  ).all();
  const plan = upload.files.reduce<Plan>(
    (sum, file) => planFile(ctx, base_id, upload, file, twins, sum),
    noChanges,
  );
  const reply = toUploaded(plan.rows.map(toFile));
  await commit(ctx, { statements: plan.statements, jobs: plan.jobs, audit: plan.audit, reply });
  return reply;
}
