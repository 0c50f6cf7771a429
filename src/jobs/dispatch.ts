import { batch } from '../db/client.ts';
import { openPlatform, type Platform } from '../platform/cloudflare.ts';
import type { Ctx } from '../platform/context.ts';
import { type Job, JobMessage } from '../platform/job.ts';
import type { JobHandler, JobHandlers } from '../platform/job-handler.ts';
import { newId } from '../shared/id.ts';
import { second } from '../shared/time.ts';
import { backoff, maxAttempts } from './backoff.ts';
import {
  claimFor,
  claimJob,
  deadLetterJob,
  endJob,
  parkJob,
  releaseJob,
  renewClaim,
} from './outbox.ts';

const deadLetterQueue = /-dead$/;

/**
 * Milliseconds after which an invocation starts no further large job. All of its jobs share the limits of an
 * invocation, 5 minutes of CPU time and 15 minutes in all, so a job that comes late would be ended for the earlier ones.
 */
const largeJobsFor = 30 * second;

/**
 * Runs the jobs of a batch concurrently, except that those which need much memory run one after another, as do
 * repeated messages of one job.
 */
export async function dispatchBatch(
  handlers: JobHandlers,
  { queue, messages }: MessageBatch,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  const isDead = deadLetterQueue.test(queue);
  const platform = openPlatform(env, execution, { request_id: newId('req') });
  const started = platform.now();
  const dispatchAll = async (group: readonly Delivery[], key: string | undefined) => {
    for (const [index, delivery] of group.entries()) {
      const isLate = key === large && !isDead && platform.now() - started > largeJobsFor;
      if (isLate) return sendAgain(platform, group.slice(index));
      await dispatch(handlers, delivery, isDead, env, execution);
    }
  };
  const read = messages.map((message) => ({
    message,
    data: JobMessage.safeParse(message.body).data,
  }));
  const groups = Map.groupBy(read, ({ data }) =>
    data !== undefined && handlerOf(handlers, data.job).isLarge ? large : data?.id,
  );
  await Promise.all([...groups].map(([key, group]) => dispatchAll(group, key)));
}

/** Key of the group of large jobs; others have the id of their job. */
const large = 'large';

/** Sends the jobs in new messages, since a retry would count as a failed delivery. */
async function sendAgain(platform: Platform, deliveries: readonly Delivery[]): Promise<void> {
  const actor = { type: 'system', name: 'jobs' } as const;
  const { jobs, log } = platform.context({ workspace_id: '', actor });
  try {
    await jobs.send(deliveries.flatMap(({ data }) => data ?? []));
  } catch (error) {
    log.error('jobs_left_to_the_sweep', { error });
  }
  for (const { message } of deliveries) message.ack();
}

/** A message with its job; undefined when it is malformed. */
interface Delivery {
  readonly message: Message;
  readonly data: JobMessage | undefined;
}

async function dispatch(
  handlers: JobHandlers,
  { message, data }: Delivery,
  isDead: boolean,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  const platform = openPlatform(env, execution, { request_id: newId('req') });
  if (data === undefined) {
    platform.log.error('job_malformed', { message_id: message.id });
    return message.ack();
  }
  const ctx = contextOf(platform, data);
  try {
    const delay = isDead
      ? await onExhausted(
          handlers,
          ctx,
          data,
          'The job was delivered repeatedly and never finished.',
        )
      : await runJob(handlers, ctx, data);
    if (delay === null) message.ack();
    else message.retry({ delaySeconds: Math.ceil(delay / second) });
  } catch (error) {
    // The database did not answer; the job is still in the outbox.
    ctx.log.error('job_dispatch_failed', { job: data.job, error });
    message.retry({ delaySeconds: Math.ceil(backoff(message.attempts) / second) });
  }
}

function contextOf(platform: Platform, { job, workspace_id }: JobMessage): Ctx {
  return platform.context({
    // The job that erases a workspace must outlive it, so its outbox row belongs to no workspace.
    workspace_id: job.type === 'workspace.delete' ? job.workspace_id : workspace_id,
    actor: {
      type: 'system',
      name: job.type,
      api_key_id: 'api_key_id' in job ? job.api_key_id : null,
    },
  });
}

/** Runs a job once. Returns null when it has ended, or the milliseconds until the next attempt. */
async function runJob(
  handlers: JobHandlers,
  ctx: Ctx,
  message: JobMessage,
): Promise<number | null> {
  const attempt = await claimJob(ctx, message);
  if (attempt === null) return null;
  if (attempt > maxAttempts) return onExhausted(handlers, ctx, message, 'The job never finished.');
  const heartbeat = setInterval(() => ctx.defer(renewClaim(ctx, message, attempt)), claimFor / 3);
  try {
    const end = endJob(ctx, message, attempt);
    const isEnded = await handlerOf(handlers, message.job).run(ctx, message.job, end);
    if (isEnded !== true) await batch(ctx.db, [end]);
    return null;
  } catch (error) {
    if (await parkJob(ctx, message, attempt)) return null;
    ctx.log.error('job_failed', { job: message.job, attempt, error });
    const reason = error instanceof Error ? error.message : String(error);
    if (attempt >= maxAttempts) return await onExhausted(handlers, ctx, message, reason);
    const delay = backoff(attempt);
    await releaseJob(ctx, message, attempt, delay, reason);
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
): Promise<null> {
  await handlerOf(handlers, message.job).onExhausted(ctx, message.job, error);
  await deadLetterJob(ctx, message, error);
  return null;
}

const handlerOf = (handlers: JobHandlers, job: Job) => handlers[job.type] as JobHandler;
