import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { alert_webhooks } from '../../db/schema/operations.ts';
import { sealedOf } from '../../secrets/index.ts';

export type AlertWebhookRow = typeof alert_webhooks.$inferSelect;

const of = (workspace_id: string) => eq(alert_webhooks.workspace_id, workspace_id);

/** With the sealed signing secret. */
export type SealedAlertWebhook = AlertWebhookRow & { readonly secret: string | null };

export const selectAlertWebhook = (db: Db, workspace_id: string) =>
  db
    .select({
      ...getTableColumns(alert_webhooks),
      secret: sealedOf('alert_webhook', 'webhook_secret', 'alert_webhooks', 'workspace_id').as(
        'secret',
      ),
    })
    .from(alert_webhooks)
    .where(of(workspace_id));

/** The secret stays as long as the address does, unless it is rotated. */
export function putAlertWebhook(db: Db, row: AlertWebhookRow, rotates: boolean) {
  const last_four = sql`iif(${rotates ? 1 : 0} or ${alert_webhooks.url} <> excluded.url, excluded.last_four, ${alert_webhooks.last_four})`;
  return db
    .insert(alert_webhooks)
    .values(row)
    .onConflictDoUpdate({
      target: alert_webhooks.workspace_id,
      set: { url: row.url, updated_at: row.updated_at, last_four },
    });
}

export const deleteAlertWebhook = (db: Db, workspace_id: string) =>
  db.delete(alert_webhooks).where(of(workspace_id));

/** What a job is promised for: `id` as it is in its table, or as it would be had another not been there first. */
export interface Raised {
  readonly id: string;
  readonly job_id: string;
  readonly workspace_id: string;
  /** Whether it is told to an address of its own; otherwise the workspace's, where there is one. */
  readonly hasWebhook: boolean;
}

/**
 * A job for each alert that was added by this batch and that somebody is to be told of. `job` is its
 * JSON, of `given.value`; goes after the statement that adds the alerts to `table`.
 */
export const promiseAlerts = (
  db: Db,
  table: 'budget_alerts' | 'anomalies',
  job: SQL,
  alerts: readonly Raised[],
  now: number,
): Statement =>
  db.run(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
    select given.value ->> 'job_id', given.value ->> 'workspace_id', ${job}, cast(${now} as integer), cast(${now} as integer)
    from json_each(${JSON.stringify(alerts)}) given cross join ${sql.raw(table)} raised on raised.id = given.value ->> 'id'
    where given.value ->> 'hasWebhook' = 1
      or exists (select 1 from alert_webhooks hook where hook.workspace_id = given.value ->> 'workspace_id')`) as unknown as Statement;
