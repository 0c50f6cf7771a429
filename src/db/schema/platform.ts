import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Jobs, stored in the batch of the change that causes them. A row is kept until its job is done:
 * the queue is the fast path, and the sweep sends again whatever is past `due_at`.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    job: text({ mode: 'json' }).notNull().$type<Record<string, unknown> & { type: string }>(),
    /** Jobs of one lane, such as a knowledge base, are sent some at a time (`lanes.ts`); null is sent at once. */
    lane: text(),
    /** Set while the job waits for its lane: it has no message, and the sweep does not send it. */
    is_waiting: integer({ mode: 'boolean' }).notNull().default(false),
    attempts: integer().notNull().default(0),
    sends: integer().notNull().default(0),
    due_at: integer().notNull(),
    claimed_until: integer().notNull().default(0),
    last_error: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    index('outbox_due').on(table.due_at).where(sql`is_waiting = 0`),
    index('outbox_lane')
      .on(table.lane, table.is_waiting, table.id)
      .where(sql`lane is not null and attempts = 0`),
    index('outbox_workspace').on(table.workspace_id, table.created_at),
  ],
);

/** Jobs whose attempts are exhausted, kept for inspection and replay. */
export const dead_letters = sqliteTable(
  'dead_letters',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    job: text({ mode: 'json' }).notNull().$type<Record<string, unknown> & { type: string }>(),
    error: text(),
    created_at: integer().notNull(),
  },
  (table) => [index('dead_letters_workspace').on(table.workspace_id, table.id)],
);

/** The response to a request with an `Idempotency-Key`, written in the batch of its effect. */
export const idempotency_keys = sqliteTable(
  'idempotency_keys',
  {
    workspace_id: text().notNull(),
    key_hash: text().notNull(),
    fingerprint: text().notNull(),
    /** Sealed by `reply-vault.ts`, which needs the idempotency key itself; null while running. */
    reply: text(),
    /** The resource that a long request works on, such as a run. */
    run_id: text(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.key_hash] }),
    index('idempotency_keys_run')
      .on(table.workspace_id, table.run_id)
      .where(sql`run_id is not null`),
    index('idempotency_keys_expiry').on(table.expires_at),
  ],
);

/** The audit log. Append-only: triggers refuse UPDATE and DELETE, and add each entry to the chain (`audit.ts`). */
export const audit_log = sqliteTable(
  'audit_log',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    actor_type: text().notNull(),
    actor_id: text(),
    action: text().notNull(),
    target_type: text().notNull(),
    target_id: text().notNull(),
    detail: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    request_id: text().notNull(),
    ip: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    index('audit_log_workspace').on(table.workspace_id, table.id),
    index('audit_log_target').on(table.workspace_id, table.target_id, table.id),
  ],
);
