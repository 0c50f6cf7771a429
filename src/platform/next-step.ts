import { batch, type Statement } from '../db/client.ts';
import { outbox } from '../db/schema/platform.ts';
import { second } from '../shared/time.ts';
import { commit, firstSweepAfter } from './commit.ts';
import type { Ctx } from './context.ts';
import type { Job } from './job.ts';

/** When the next step of work that is done by a chain of jobs follows. */
export type NextStep = 'now' | 'end' | { readonly delay_ms: number };

/** Longer delays are left to the sweep of the minute. */
const longestMessageDelay = 30 * second;

interface StepJob {
  readonly id: string;
  readonly job: Job;
  readonly lane: string;
}

/**
 * Commits a step, ends its job and adds the next in one batch, so that there is exactly one job until the work
 * ends. `end` is the statement that ends the current one.
 */
export async function commitStep(
  ctx: Ctx,
  statements: readonly Statement[],
  end: Statement | null,
  { id, job, lane }: StepJob,
  next: NextStep,
): Promise<void> {
  if (next === 'end') return void (await batch(ctx.db, [...statements, end]));
  if (next === 'now')
    return void (await commit(ctx, {
      statements: [...statements, end],
      jobs: [{ job, id, lane }],
    }));
  const now = ctx.now();
  const delay_ms = Math.max(next.delay_ms, second);
  const hasMessage = delay_ms <= longestMessageDelay;
  const message = { id, workspace_id: ctx.workspace_id, job };
  const due_at = now + delay_ms + (hasMessage ? firstSweepAfter : 0);
  const later = { job, due_at, attempts: 0, claimed_until: 0 };
  await batch(ctx.db, [
    ...statements,
    end,
    ctx.db
      .insert(outbox)
      .values({ ...message, due_at, created_at: now })
      .onConflictDoUpdate({ target: outbox.id, set: later }),
  ]);
  if (hasMessage) ctx.defer(ctx.jobs.send([message], Math.ceil(delay_ms / second)));
}
