import { batch, type Statement } from '../../../db/client.ts';
import { type Ctx, payingKey } from '../../../platform/context.ts';
import { commitStep } from '../../../platform/next-step.ts';
import { minute } from '../../../shared/time.ts';
import type { SourceContext } from '../connector.ts';
import { connectorOf } from '../connectors/registry.ts';
import { openCredentials } from '../credentials.ts';
import { HostBusyError, SourceFault } from '../fault.ts';
import type { Settings } from '../settings.ts';
import { type SourceRow, selectSource, syncJobId, updateSync } from '../source-store.ts';
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
  const update = { status: 'syncing', ...step.changes, updated_at: ctx.now() } as const;
  const job = { type: 'source.sync', source_id, api_key_id: payingKey(ctx.actor) } as const;
  await commitStep(
    ctx,
    [updateSync(ctx.db, found.source, update)],
    end ?? null,
    { id: syncJobId(source_id), job, lane: source_id },
    step.next,
  );
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
