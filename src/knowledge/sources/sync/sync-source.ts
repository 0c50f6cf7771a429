import { batch, type Statement } from '../../../db/client.ts';
import { commit } from '../../../platform/commit.ts';
import { type Ctx, payingKey } from '../../../platform/context.ts';
import { minute, second } from '../../../shared/time.ts';
import type { SourceContext } from '../connector.ts';
import { connectorOf } from '../connectors/registry.ts';
import { openCredentials } from '../credentials.ts';
import { HostBusyError, SourceFault } from '../fault.ts';
import type { Settings } from '../settings.ts';
import {
  insertLaterJob,
  type SourceRow,
  selectSource,
  syncJobId,
  updateSync,
} from '../source-store.ts';
import { failed, finish } from './finish.ts';
import { readListingPart } from './list-pages.ts';
import { readPages } from './read-pages.ts';
import type { Step } from './step.ts';

/** Temporary failures of the listing after which the synchronization fails. */
const maxListingFailures = 5;

/**
 * Runs one bounded step of a synchronization and queues the next. All state is in the database, so a step
 * that was interrupted, or runs twice, continues where the pages show. Returns true when `end` was committed.
 */
export async function syncSource(
  ctx: Ctx,
  source_id: string,
  end: Statement | undefined,
): Promise<boolean> {
  const found = await selectSource(ctx.db, ctx.workspace_id, source_id).get();
  if (found === undefined || !['queued', 'syncing'].includes(found.source.status)) return false;
  const step = await nextStep(ctx, found.source);
  await commitStep(ctx, found.source, step, end ?? null);
  return end !== undefined;
}

async function nextStep(ctx: Ctx, source: SourceRow): Promise<Step> {
  const connector = connectorOf(source.type);
  try {
    const context: SourceContext = {
      settings: source.settings as Settings,
      credentials: await openCredentials(ctx, source),
    };
    if (!source.is_listed) return await readListingPart(ctx, source, connector, context);
    const step = await readPages(ctx, source, connector, context);
    return step ?? (await finish(ctx, source, connector));
  } catch (error) {
    if (error instanceof HostBusyError) return { changes: {}, next: { delay_ms: error.wait_ms } };
    if (!(error instanceof SourceFault)) throw error;
    const failures = source.failures + 1;
    if (!error.isTemporary || failures >= maxListingFailures) return failed(ctx, source, error);
    return {
      changes: { failures },
      next: { delay_ms: error.retryAfter_ms ?? failures * minute },
    };
  }
}

/** Ends this job and adds the next in one batch, so that there is exactly one until the synchronization ends. */
async function commitStep(
  ctx: Ctx,
  source: SourceRow,
  { changes, next }: Step,
  end: Statement | null,
): Promise<void> {
  const now = ctx.now();
  const update = updateSync(ctx.db, source, { status: 'syncing', ...changes, updated_at: now });
  const api_key_id = payingKey(ctx.actor);
  const job = { type: 'source.sync', source_id: source.id, api_key_id } as const;
  const id = syncJobId(source.id);
  if (next === 'end') await batch(ctx.db, [update, end]);
  else if (next === 'now')
    await commit(ctx, { statements: [update, end], jobs: [{ job, id, lane: source.id }] });
  else {
    const later = { id, workspace_id: ctx.workspace_id, job, created_at: now };
    const due_at = now + Math.max(next.delay_ms, second);
    await batch(ctx.db, [update, end, insertLaterJob(ctx.db, { ...later, due_at })]);
  }
}

/** Marks a synchronization as failed whose job was given up. */
export async function failExhaustedSync(ctx: Ctx, source_id: string): Promise<void> {
  const found = await selectSource(ctx.db, ctx.workspace_id, source_id).get();
  if (found === undefined || !['queued', 'syncing'].includes(found.source.status)) return;
  const error = {
    code: 'internal',
    message:
      'The synchronization was interrupted repeatedly. Retry with `POST /sources/{source}/sync`.',
  };
  const { changes } = failed(ctx, found.source, error);
  await batch(ctx.db, [updateSync(ctx.db, found.source, { ...changes, updated_at: ctx.now() })]);
}
