import type { Statement } from '../../db/client.ts';
import type { QuotaName } from '../../db/schema/quotas.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Quota, type QuotaLimits, toQuotas } from './schema.ts';
import { selectQuotas, setQuota, writeQuotaDefaults } from './store.ts';

/** Every quota of the workspace with what is used of it; one trip. */
export const listQuotas = async (ctx: Ctx): Promise<{ data: Quota[] }> => ({
  data: toQuotas(await selectQuotas(ctx.db, ctx.workspace_id, ctx.now())),
});

/** For the batch that changes a workspace. */
export const quotaChanges = ({ db }: Ctx, workspace_id: string, limits: QuotaLimits): Statement[] =>
  Object.entries(limits).map(([name, max]) =>
    setQuota(db, workspace_id, name as QuotaName, max ?? null),
  );

/** The limits that this isolate has last written. */
let written: string | null = null;

/**
 * Makes the limits of the deployment's variables those that the database enforces. Writes once for each
 * isolate, and with `always`; a failure is logged and tried again with the next request.
 */
export async function applyQuotaDefaults(
  { config, db, log }: Pick<Platform, 'config' | 'db' | 'log'>,
  always = false,
): Promise<void> {
  const limits = JSON.stringify(config.quotas);
  if (written === limits && !always) return;
  try {
    await writeQuotaDefaults(db, config.quotas);
    written = limits;
  } catch (error) {
    log.error('quota_defaults_not_written', { error });
  }
}
