import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import {
  type DeliveryStatus,
  webhook_deliveries,
  webhook_events,
} from '../../db/schema/notifications.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';
import type { EventType } from '../events/registry.ts';
import type { EventRow } from '../events/store.ts';
import { sealedSecrets } from '../webhooks/sealed.ts';
import type { WebhookRow } from '../webhooks/store.ts';

export type DeliveryRow = typeof webhook_deliveries.$inferSelect;

export interface DeliveryFilter {
  readonly webhook_id?: string | undefined;
  readonly event_type?: EventType | undefined;
  readonly status?: DeliveryStatus | undefined;
}

const one = (workspace_id: string, id: string) =>
  and(eq(webhook_deliveries.workspace_id, workspace_id), eq(webhook_deliveries.id, id));

export const selectDelivery = (db: Db, workspace_id: string, id: string) =>
  db.select().from(webhook_deliveries).where(one(workspace_id, id));

export const selectDeliveries = (
  db: Db,
  workspace_id: string,
  { webhook_id, event_type, status }: DeliveryFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(webhook_deliveries)
    .where(
      and(
        eq(webhook_deliveries.workspace_id, workspace_id),
        webhook_id === undefined ? undefined : eq(webhook_deliveries.webhook_id, webhook_id),
        event_type === undefined ? undefined : eq(webhook_deliveries.event_type, event_type),
        status === undefined ? undefined : eq(webhook_deliveries.status, status),
        after === null ? undefined : lt(webhook_deliveries.id, after),
      ),
    )
    .orderBy(desc(webhook_deliveries.id))
    .limit(limit);

export const insertEvent = (db: Db, row: EventRow) => db.insert(webhook_events).values(row);
export const insertDelivery = (db: Db, row: DeliveryRow) =>
  db.insert(webhook_deliveries).values(row);

/** Everything that an attempt needs, in one row. */
export interface Target {
  readonly id: string;
  readonly workspace_id: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly event: Pick<EventRow, 'id' | 'type' | 'created_at'> & {
    readonly data: unknown;
    readonly alert_body: Record<string, unknown> | null;
  };
  readonly webhook: Pick<
    WebhookRow,
    | 'id'
    | 'purpose'
    | 'owner_id'
    | 'url'
    | 'is_enabled'
    | 'secret_version'
    | 'previous_secret_until'
    | 'failing_since'
  >;
  /** Sealed values by field. */
  readonly sealed: Readonly<Record<string, string>>;
}

const targets = (
  where: SQL,
) => sql`select json_object('id', d.id, 'workspace_id', d.workspace_id, 'status', d.status,
    'attempts', d.attempts,
    'event', json_object('id', e.id, 'type', e.type, 'created_at', e.created_at, 'data', json(e.data), 'alert_body', json(e.alert_body)),
    'webhook', json_object('id', w.id, 'purpose', w.purpose, 'owner_id', w.owner_id, 'url', w.url, 'is_enabled', json(iif(w.is_enabled, 'true', 'false')),
      'secret_version', w.secret_version, 'previous_secret_until', w.previous_secret_until, 'failing_since', w.failing_since),
    'sealed', json(${sealedSecrets})) as target
  from webhook_deliveries d join webhook_events e on e.id = d.event_id join webhooks w on w.id = d.webhook_id where ${where}`;

/** Returns undefined when the delivery does not exist or its webhook has been deleted. */
export async function selectTarget(
  db: Db,
  workspace_id: string,
  id: string,
): Promise<Target | undefined> {
  const [row] = await db.all<{ target: string }>(
    targets(sql`d.workspace_id = ${workspace_id} and d.id = ${id}`),
  );
  return row === undefined ? undefined : (JSON.parse(row.target) as Target);
}

/** Takes effect only while the delivery is pending and no concurrent attempt was recorded. */
export const updatePending = (
  db: Db,
  { workspace_id, id, attempts }: Pick<Target, 'workspace_id' | 'id' | 'attempts'>,
  changes: Partial<DeliveryRow>,
) =>
  db
    .update(webhook_deliveries)
    .set(changes)
    .where(and(one(workspace_id, id), sql`status = 'pending' and attempts = ${attempts}`));

/**
 * Makes a delivery pending again; a pending one keeps its attempts. Violates
 * `webhook_deliveries.status` when its webhook is disabled or deleted.
 */
export const resetDelivery = (db: Db, workspace_id: string, id: string, next_attempt_at: number) =>
  db
    .update(webhook_deliveries)
    .set({
      status: sql`iif(exists (select 1 from webhooks w where w.id = webhook_id and w.is_enabled = 1), 'pending', null)`,
      attempts: sql`iif(status = 'pending', attempts, 0)`,
      next_attempt_at,
    })
    .where(one(workspace_id, id));

/** Returns deliveries of all workspaces whose next attempt is due, most overdue first. */
export const selectDue = (db: Db, now: number, limit: number) =>
  db.all<{
    id: string;
  }>(sql`select id from webhook_deliveries where status = 'pending' and next_attempt_at <= ${now}
      and ${isOfServedWorkspace(sql`webhook_deliveries.workspace_id`)}
    order by next_attempt_at limit ${limit}`);

/**
 * Postpones due deliveries, so that concurrent calls create no second job. Returns those that were
 * still due.
 */
export const leaseDue = (db: Db, ids: readonly string[], now: number, until: number) =>
  db.all<{
    id: string;
  }>(sql`update webhook_deliveries set next_attempt_at = cast(${until} as integer)
    where id in (select value from json_each(${JSON.stringify(ids)})) and status = 'pending' and next_attempt_at <= ${now} returning id`);

/** Deletes log entries from before an instant. */
export const deleteOld = (
  db: Db,
  table: 'webhook_deliveries' | 'webhook_events',
  before: number,
  limit: number,
) =>
  db.run(sql`delete from ${sql.raw(table)} where rowid in (
    select rowid from ${sql.raw(table)} where created_at < ${before} order by created_at limit ${limit})`);

/**
 * Records a failed attempt at its webhook, and disables a webhook that has been failing since
 * before `since` or returned 410.
 */
export const noteFailure = (
  db: Db,
  webhook_id: string,
  now: number,
  { since, isGone }: { readonly since: number; readonly isGone: boolean },
): Statement => {
  const ends = sql`(${isGone ? 1 : 0} or failing_since < ${since})`;
  return db.run(sql`update webhooks set failing_since = coalesce(failing_since, cast(${now} as integer)),
      is_enabled = iif(${ends}, 0, is_enabled), disabled_at = iif(${ends}, cast(${now} as integer), disabled_at),
      disabled_reason = iif(${ends}, ${isGone ? 'gone' : 'failing'}, disabled_reason)
    where id = ${webhook_id} and is_enabled = 1`) as unknown as Statement;
};

export const noteSuccess = (db: Db, webhook_id: string): Statement =>
  db.run(
    sql`update webhooks set failing_since = null where id = ${webhook_id} and failing_since is not null`,
  ) as unknown as Statement;
