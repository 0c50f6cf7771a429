import { analyticsJobs } from '../analytics/index.ts';
import { budgetJobs } from '../budgets/index.ts';
import { erasureJobs } from '../erasure/index.ts';
import { knowledgeJobs } from '../knowledge/index.ts';
import { notificationJobs } from '../notifications/index.ts';
import { telemetryJobs } from '../observability/index.ts';
import { openPlatform } from '../platform/cloudflare.ts';
import type { Ctx } from '../platform/context.ts';
import { type Job, JobMessage } from '../platform/job.ts';
import type { JobHandler } from '../platform/job-handler.ts';
import { attachmentJobs, backgroundJobs } from '../sessions/index.ts';
import { newId } from '../shared/id.ts';
import { second } from '../shared/time.ts';
import { backoff, maxAttempts } from './backoff.ts';
import { buryJob, claimFor, claimJob, finishJob, releaseJob, renewClaim } from './outbox.ts';

const handlers: { readonly [Type in Job['type']]: JobHandler<Type> } = {
  ...budgetJobs,
  ...analyticsJobs,
  ...knowledgeJobs,
  ...attachmentJobs,
  ...backgroundJobs,
  ...notificationJobs,
  ...telemetryJobs,
  ...erasureJobs,
};

const deadLetterQueue = /-dead$/;

export async function dispatchBatch(
  messages: MessageBatch,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  for (const message of messages.messages) {
    const platform = openPlatform(env, execution, { request_id: newId('req') });
    const parsed = JobMessage.safeParse(message.body);
    if (!parsed.success) {
      platform.log.error('job_malformed', { message_id: message.id });
      message.ack();
      continue;
    }
    const { job } = parsed.data;
    // A job that erases a workspace must not go with it: its row is of none.
    const workspace_id =
      job.type === 'workspace.delete' ? job.workspace_id : parsed.data.workspace_id;
    const api_key_id = 'api_key_id' in job ? job.api_key_id : null;
    const ctx = platform.context({
      workspace_id,
      actor: { type: 'system', name: job.type, api_key_id },
    });
    try {
      if (deadLetterQueue.test(messages.queue))
        await giveUp(
          ctx,
          parsed.data,
          'The job was delivered again and again and never came to an end.',
        );
      else {
        const delay = await runJob(ctx, parsed.data);
        if (delay !== null) {
          message.retry({ delaySeconds: Math.ceil(delay / second) });
          continue;
        }
      }
      message.ack();
    } catch (error) {
      // The database did not answer. The outbox still has the job.
      ctx.log.error('job_dispatch_failed', { job, error });
      message.retry({ delaySeconds: Math.ceil(backoff(message.attempts) / second) });
    }
  }
}

/** Runs a job once. Returns null when it is over, or the milliseconds until it should be tried again. */
async function runJob(ctx: Ctx, message: JobMessage): Promise<number | null> {
  const attempt = await claimJob(ctx, message.id);
  if (attempt === null) return null;
  if (attempt > maxAttempts) {
    await giveUp(ctx, message, 'The job never came to an end.');
    return null;
  }
  const heartbeat = setInterval(() => ctx.defer(renewClaim(ctx, message.id)), claimFor / 3);
  try {
    await handlerOf(message.job).run(ctx, message.job);
    await finishJob(ctx, message.id);
    return null;
  } catch (error) {
    ctx.log.error('job_failed', { job: message.job, attempt, error });
    const reason = error instanceof Error ? error.message : String(error);
    if (attempt >= maxAttempts) {
      await giveUp(ctx, message, reason);
      return null;
    }
    const delay = backoff(attempt);
    await releaseJob(ctx, message.id, delay, reason);
    return delay;
  } finally {
    clearInterval(heartbeat);
  }
}

async function giveUp(ctx: Ctx, message: JobMessage, error: string): Promise<void> {
  await handlerOf(message.job).giveUp(ctx, message.job, error);
  await buryJob(ctx, message, error);
}

const handlerOf = (job: Job) => handlers[job.type] as JobHandler;
