import type { Statement } from '../../db/client.ts';
import type { QuotaName } from '../../db/schema/quotas.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Quota, type QuotaLimits, toQuotas } from './schema.ts';
import { selectQuotas, setQuota, writeQuotaDefaults } from './store.ts';

/** Returns every quota of the workspace with its current use, in one round trip. */
export const listQuotas = async (ctx: Ctx): Promise<{ data: Quota[] }> => ({
  data: toQuotas(await selectQuotas(ctx.db, ctx.workspace_id, ctx.now())),
});

/** Returns the statements that set quotas, for the batch that changes a workspace. */
export const quotaChanges = ({ db }: Ctx, workspace_id: string, limits: QuotaLimits): Statement[] =>
  Object.entries(limits).map(([name, max]) =>
    setQuota(db, workspace_id, name as QuotaName, max ?? null),
  );

/** The limits that this isolate wrote last. */
let written: string | null = null;

/**
 * Writes the limits of the deployment's variables to the database, which enforces them. Writes once per isolate,
 * or each time with `always`; a failure is logged and retried with the next request.
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
