import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { webhooks } from '../../db/schema/notifications.ts';
import type { Ctx } from '../../platform/context.ts';
import { putSecret, sealedOf, sealSecret } from '../../secrets/index.ts';
import { signingSecretOf } from './secret.ts';
import { checkWebhookUrl } from './url.ts';

/** A webhook that belongs to another setting, one for each owner. */
export interface ManagedWebhook {
  readonly purpose: 'alerts' | 'budget';
  /** The workspace or the budget. */
  readonly owner_id: string;
}

const eventTypesOf = {
  alerts: ['budget.*', 'anomaly.detected'],
  budget: ['budget.*'],
} as const satisfies Record<ManagedWebhook['purpose'], readonly string[]>;

interface Setting {
  readonly url: string;
  readonly secret: string;
  /** True when an unchanged URL keeps the stored secret. */
  readonly keepsSecret?: boolean;
  /** Nothing is stored unless this condition holds. */
  readonly when?: SQL;
}

/**
 * Returns statements that set and enable a managed webhook, with the normalized URL and the sealed
 * secret. Throws `url_not_allowed`, and `unavailable` without encryption keys.
 */
export async function planManagedWebhook(
  ctx: Ctx,
  { purpose, owner_id }: ManagedWebhook,
  { url: given, secret, keepsSecret = false, when = sql`true` }: Setting,
): Promise<{
  readonly url: string;
  readonly sealed: string;
  readonly statements: readonly Statement[];
}> {
  const { workspace_id } = ctx;
  const url = checkWebhookUrl(ctx, given);
  const id = ctx.newId('whk');
  const sealed = await sealSecret(ctx, signingSecretOf({ id, purpose, owner_id, url }, 1), secret);
  const lastFour = purpose === 'alerts' ? secret.slice(-4) : null;
  const target = sql.raw(purpose === 'alerts' ? 'workspace_id' : 'owner_id');
  const keeps = keepsSecret ? sql`webhooks.url = excluded.url` : sql`false`;
  const now = sql`cast(${ctx.now()} as integer)`;
  const put =
    ctx.db.run(sql`insert into webhooks (id, workspace_id, purpose, owner_id, url, event_types, last_four, created_at, updated_at)
    select ${id}, ${workspace_id}, ${purpose}, ${owner_id}, ${url}, ${JSON.stringify(eventTypesOf[purpose])}, ${lastFour}, ${now}, ${now} where ${when}
    on conflict (${target}) where purpose = ${sql.raw(`'${purpose}'`)} do update set url = excluded.url, updated_at = excluded.updated_at,
      last_four = iif(${keeps}, webhooks.last_four, excluded.last_four), is_enabled = 1, disabled_at = null,
      disabled_reason = null, failing_since = null`) as unknown as Statement;
  const statements = [putSecret(ctx.db, sealed, { keepsBound: keepsSecret, when }), put];
  return { url, sealed: sealed.sealed, statements };
}

const of = (workspace_id: string, { purpose, owner_id }: ManagedWebhook) =>
  and(
    eq(webhooks.workspace_id, workspace_id),
    eq(webhooks.purpose, purpose),
    eq(webhooks.owner_id, owner_id),
  );

export const selectManagedWebhook = (db: Db, workspace_id: string, webhook: ManagedWebhook) =>
  db
    .select({
      ...getTableColumns(webhooks),
      sealed: sealedOf(
        webhook.purpose === 'alerts' ? 'alert_webhook' : 'budget',
        'webhook_secret',
        'webhooks',
        'owner_id',
      ).as('sealed'),
    })
    .from(webhooks)
    .where(of(workspace_id, webhook));

export type ManagedWebhookRow = Awaited<ReturnType<typeof selectManagedWebhook>>[number];

/** Triggers delete the secret and cancel pending deliveries. */
export const removeManagedWebhook = (db: Db, workspace_id: string, webhook: ManagedWebhook) =>
  db.delete(webhooks).where(of(workspace_id, webhook));
