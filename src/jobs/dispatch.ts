import { openPlatform } from '../platform/cloudflare.ts';
import type { Ctx } from '../platform/context.ts';
import { type Job, JobMessage } from '../platform/job.ts';
import type { JobHandler, JobHandlers } from '../platform/job-handler.ts';
import { newId } from '../shared/id.ts';
import { second } from '../shared/time.ts';
import { backoff, maxAttempts } from './backoff.ts';
import { claimFor, claimJob, deadLetterJob, finishJob, releaseJob, renewClaim } from './outbox.ts';

const deadLetterQueue = /-dead$/;

export async function dispatchBatch(
  handlers: JobHandlers,
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
    // The job that erases a workspace must outlive it, so its outbox row belongs to no workspace.
    const workspace_id =
      job.type === 'workspace.delete' ? job.workspace_id : parsed.data.workspace_id;
    const api_key_id = 'api_key_id' in job ? job.api_key_id : null;
    const ctx = platform.context({
      workspace_id,
      actor: { type: 'system', name: job.type, api_key_id },
    });
    try {
      if (deadLetterQueue.test(messages.queue))
        await onExhausted(
          handlers,
          ctx,
          parsed.data,
          'The job was delivered repeatedly and never finished.',
        );
      else {
        const delay = await runJob(handlers, ctx, parsed.data);
        if (delay !== null) {
          message.retry({ delaySeconds: Math.ceil(delay / second) });
          continue;
        }
      }
      message.ack();
    } catch (error) {
      // The database did not answer; the job is still in the outbox.
      ctx.log.error('job_dispatch_failed', { job, error });
      message.retry({ delaySeconds: Math.ceil(backoff(message.attempts) / second) });
    }
  }
}

/** Runs a job once. Returns null when it has ended, or the milliseconds until the next attempt. */
async function runJob(
  handlers: JobHandlers,
  ctx: Ctx,
  message: JobMessage,
): Promise<number | null> {
  const attempt = await claimJob(ctx, message.id);
  if (attempt === null) return null;
  if (attempt > maxAttempts) {
    await onExhausted(handlers, ctx, message, 'The job never finished.');
    return null;
  }
  const heartbeat = setInterval(() => ctx.defer(renewClaim(ctx, message.id)), claimFor / 3);
  try {
    await handlerOf(handlers, message.job).run(ctx, message.job);
    await finishJob(ctx, message.id);
    return null;
  } catch (error) {
    ctx.log.error('job_failed', { job: message.job, attempt, error });
    const reason = error instanceof Error ? error.message : String(error);
    if (attempt >= maxAttempts) {
      await onExhausted(handlers, ctx, message, reason);
      return null;
    }
    const delay = backoff(attempt);
    await releaseJob(ctx, message.id, delay, reason);
    return delay;
  } finally {
    clearInterval(heartbeat);
  }
}

async function onExhausted(
  handlers: JobHandlers,
  ctx: Ctx,
  message: JobMessage,
  error: string,
): Promise<void> {
  await handlerOf(handlers, message.job).onExhausted(ctx, message.job, error);
  await deadLetterJob(ctx, message, error);
}

const handlerOf = (handlers: JobHandlers, job: Job) => handlers[job.type] as JobHandler;
