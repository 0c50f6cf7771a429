import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/**
 * `general`: created with `POST /webhooks`. `alerts`: the alert webhook of the workspace. `budget`:
 * the webhook of one budget.
 */
export const webhookPurposes = ['general', 'alerts', 'budget'] as const;
export type WebhookPurpose = (typeof webhookPurposes)[number];

export const disabledReasons = ['manual', 'failing', 'gone'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

export const deliveryStatuses = ['pending', 'succeeded', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** A URL that receives events. Its signing secret is in `secrets`. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    purpose: text({ enum: webhookPurposes }).notNull(),
    /** The budget of a `budget` webhook, the workspace of `alerts`; null for `general`. */
    owner_id: text(),
    url: text().notNull(),
    description: text().notNull().default(''),
    /** Event types, or GLOB patterns of them. Triggers evaluate them as well. */
    event_types: text({ mode: 'json' }).notNull().$type<string[]>(),
    is_enabled: integer({ mode: 'boolean' }).notNull().default(true),
    disabled_at: integer(),
    disabled_reason: text({ enum: disabledReasons }),
    /** Number of the current signing secret. */
    secret_version: integer().notNull().default(1),
    /** Time until which the previous secret signs as well. */
    previous_secret_until: integer(),
    last_four: text(),
    /** Start of the current series of failed attempts; null after a success. */
    failing_since: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('webhooks_workspace').on(table.workspace_id, table.id),
    uniqueIndex('webhooks_alerts').on(table.workspace_id).where(sql`purpose = 'alerts'`),
    uniqueIndex('webhooks_budget').on(table.owner_id).where(sql`purpose = 'budget'`),
  ],
);

/**
 * Changes of state that have not been published as events yet. Triggers add rows when an enabled
 * webhook subscribes to the event.
 */
export const webhook_event_queue = sqliteTable(
  'webhook_event_queue',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    workspace_id: text().notNull(),
    type: text().notNull(),
    subject_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index('webhook_event_queue_workspace').on(table.workspace_id)],
);

/** Events that at least one webhook receives, with the data at the time of the event. */
export const webhook_events = sqliteTable(
  'webhook_events',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    type: text().notNull(),
    subject_id: text().notNull(),
    /** The budget of the event, whose own webhook receives it. */
    owner_id: text(),
    data: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /**
     * The payload for alert and budget webhooks, in their original format; null for other events.
     */
    alert_body: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    created_at: integer().notNull(),
  },
  (table) => [
    /** An alert is published once, however often its job runs. */
    uniqueIndex('webhook_events_alert').on(table.subject_id).where(sql`alert_body is not null`),
    index('webhook_events_workspace').on(table.workspace_id, table.id),
    index('webhook_events_created').on(table.created_at),
  ],
);

/** One event for one webhook. */
export const webhook_deliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    webhook_id: text().notNull(),
    event_id: text().notNull(),
    event_type: text().notNull(),
    status: text({ enum: deliveryStatuses }).notNull(),
    /** Attempts since it was created or last redelivered. */
    attempts: integer().notNull().default(0),
    response_status: integer(),
    latency_ms: integer(),
    error: text(),
    /** Latest time of the next attempt, while it is `pending`. */
    next_attempt_at: integer(),
    last_attempt_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_once').on(table.event_id, table.webhook_id),
    index('webhook_deliveries_workspace').on(table.workspace_id, table.id),
    index('webhook_deliveries_webhook').on(table.webhook_id, table.id),
    index('webhook_deliveries_due').on(table.next_attempt_at).where(sql`status = 'pending'`),
    index('webhook_deliveries_created').on(table.created_at),
  ],
);
