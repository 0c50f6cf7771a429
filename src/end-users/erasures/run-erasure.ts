import { sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { minute, toWireTime } from '../../shared/time.ts';
import { usageArchives } from './archives.ts';
import { channels, contacts } from './contacts.ts';
import {
  exports,
  generatedFiles,
  keywordIndex,
  oneOffRuns,
  sessions,
  workspaceExports,
} from './conversations.ts';
import { signReceipt } from './receipt.ts';
import { records } from './records.ts';
import type { Counts, Step } from './step.ts';
import { type ErasureRow, selectErasure, updateRunning } from './store.ts';

/** Longer than a request or run that began before the erasure can still write, and than a credential is cached. */
const secondPassAfter = 15 * minute;

/** The steps in their order. Names are stored: an erasure continues with the step that it names. */
const steps: readonly (readonly [name: string, step: Step])[] = Object.entries({
  channels,
  sessions,
  one_off_runs: oneOffRuns,
  generated_files: generatedFiles,
  exports,
  ...contacts,
  ...records,
  usage_archives: usageArchives,
  workspace_exports: workspaceExports,
  keyword_index: keywordIndex,
});

export const firstStep = 'channels';

const add = (counts: Counts, more: Counts): Counts => {
  const sum: Record<string, number> = { ...counts };
  for (const [kind, n] of Object.entries(more)) if (n > 0) sum[kind] = (sum[kind] ?? 0) + n;
  return sum;
};

/**
 * Continues an erasure where it was interrupted. The steps are made twice: 15 minutes later again, for what requests and
 * runs that were under way have written. Then the receipt is signed and the end user's id removed from the erasure.
 */
async function runErasure(ctx: Ctx, erasure_id: string): Promise<void> {
  const found = await selectErasure(ctx.db, ctx.workspace_id, erasure_id).get();
  if (found === undefined || found.status !== 'running' || found.end_user_id === null) return;
  const erasing = { end_user_id: found.end_user_id, pseudonym: found.pseudonym };
  let { position, counts }: { position: string; counts: Counts } = found;
  const from = Math.max(
    0,
    steps.findIndex(([name]) => name === found.step),
  );
  for (const [index, [, step]] of steps.entries()) {
    if (index < from) continue;
    for (let isDone = false; !isDone; ) {
      const progress = await step(ctx, erasing, position);
      isDone = progress.position === null;
      position = progress.position ?? '';
      counts = add(counts, progress.counts);
      const [next] = steps[isDone ? index + 1 : index] ?? ['end'];
      await updateRunning(ctx.db, ctx.workspace_id, erasure_id, { step: next, position, counts });
    }
  }
  await (found.is_again ? complete(ctx, found, counts) : scheduleSecondPass(ctx, erasure_id));
}

async function scheduleSecondPass(ctx: Ctx, erasure_id: string): Promise<void> {
  const { db, workspace_id } = ctx;
  const job = JSON.stringify({ type: 'end_user.erase', erasure_id });
  const now = ctx.now();
  await batch(db, [
    updateRunning(db, workspace_id, erasure_id, { step: firstStep, position: '', is_again: true }),
    db.run(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
      values (${erasure_id.replace('era_', 'job_')}, ${workspace_id}, ${job}, ${now + secondPassAfter}, ${now}) on conflict do nothing`),
  ]);
}

/** Signs the receipt, and removes the last trace of the person, in one batch. */
async function complete(ctx: Ctx, row: ErasureRow, counts: Counts): Promise<void> {
  const completed_at = ctx.now();
  const { receipt, public_key } = await signReceipt(ctx.config, {
    erasure_id: row.id,
    workspace_id: row.workspace_id,
    subject_hash: row.subject_hash,
    requested_at: toWireTime(row.created_at),
    completed_at: toWireTime(completed_at),
    removed: counts,
  });
  await batch(ctx.db, [
    ctx.db.run(
      sql`insert into receipt_keys (kid, x, created_at) values (${public_key.kid}, ${public_key.x}, ${completed_at}) on conflict do nothing`,
    ),
    updateRunning(ctx.db, row.workspace_id, row.id, {
      status: 'completed',
      end_user_id: null,
      counts,
      receipt,
      completed_at,
    }),
  ]);
}

/** An erasure whose attempts are exhausted can be requested again; it continues where it stopped. */
async function fail(ctx: Ctx, erasure_id: string): Promise<void> {
  await updateRunning(ctx.db, ctx.workspace_id, erasure_id, { status: 'failed' });
}

export const erasureJob: JobHandler<'end_user.erase'> = {
  run: (ctx, { erasure_id }) => runErasure(ctx, erasure_id),
  onExhausted: (ctx, { erasure_id }) => fail(ctx, erasure_id),
};
