import { archiveUsage, findAnomalies, rollUp } from '../analytics/index.ts';
import { forgetOldHolds, raiseAlerts, returnLostHolds } from '../budgets/index.ts';
import { moveKeywords } from '../knowledge/index.ts';
import { deleteOldDeliveries, fanOutEvents, retryDeliveries } from '../notifications/index.ts';
import { exportTelemetry, recordTick } from '../observability/index.ts';
import { openPlatform } from '../platform/cloudflare.ts';
import type { Ctx } from '../platform/context.ts';
import { eraseDueConversations, eraseDueFiles } from '../protocols/openai/index.ts';
import { rewrapSecrets } from '../secrets/index.ts';
import { closeLostRuns, eraseDueSessions, indexSessions } from '../sessions/index.ts';
import { newId } from '../shared/id.ts';
import { applyQuotaDefaults } from '../workspaces/index.ts';
import { sweepIdempotencyKeys, sweepOutbox } from './outbox.ts';

/** Each is bounded, and does nothing the second time. */
const everyMinute: readonly Task[] = [
  { name: 'budget_alerts', run: raiseAlerts },
  { name: 'webhook_events', run: fanOutEvents },
  { name: 'webhook_deliveries', run: retryDeliveries },
  { name: 'outbox', run: sweepOutbox },
  { name: 'lost_runs', run: closeLostRuns },
  { name: 'lost_holds', run: returnLostHolds },
  { name: 'session_index', run: indexSessions },
  { name: 'chunk_index', run: moveKeywords },
  { name: 'telemetry', run: exportTelemetry },
  { name: 'quota_defaults', run: (ctx) => applyQuotaDefaults(ctx, true) },
];
const everyHour: readonly Task[] = [
  { name: 'idempotency_keys', run: sweepIdempotencyKeys },
  { name: 'secrets', run: rewrapSecrets },
  { name: 'webhook_log', run: deleteOldDeliveries },
  { name: 'old_holds', run: forgetOldHolds },
  { name: 'retention', run: eraseDueSessions },
  { name: 'uploads', run: eraseDueFiles },
  { name: 'conversations', run: eraseDueConversations },
  { name: 'rollups', run: rollUp },
  { name: 'anomalies', run: findAnomalies },
  { name: 'usage_archive', run: archiveUsage },
];

interface Task {
  readonly name: string;
  readonly run: (ctx: Ctx) => Promise<unknown>;
}

/** The cron expressions of wrangler.toml. */
const schedule: Readonly<Record<string, readonly Task[]>> = {
  '* * * * *': everyMinute,
  '7 * * * *': everyHour,
};

export async function runSchedule(
  cron: string,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  const platform = openPlatform(env, execution, { request_id: newId('req') });
  const outcomes: Record<string, boolean> = {};
  for (const { name, run } of schedule[cron] ?? []) {
    const ctx = platform.context({ workspace_id: '', actor: { type: 'system', name } });
    outcomes[name] = false;
    // One task's failure must not stop the others.
    await run(ctx).then(
      () => {
        outcomes[name] = true;
      },
      (error: unknown) => ctx.log.error('schedule_failed', { task: name, error }),
    );
  }
  const ctx = platform.context({ workspace_id: '', actor: { type: 'system', name: 'schedule' } });
  await recordTick(ctx, cron, outcomes).catch((error: unknown) =>
    ctx.log.error('tick_not_recorded', { cron, error }),
  );
}
