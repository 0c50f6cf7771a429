import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/**
 * The end users of a workspace with their figures. Triggers maintain them in the transaction of the session, run, model
 * call or rating. A row whose id begins with `erased:` stands for an erased person, whose older tokens stay invalid.
 */
export const end_users = sqliteTable(
  'end_users',
  {
    workspace_id: text().notNull(),
    /** The `end_user_id` of requests. */
    id: text().notNull(),
    first_seen_at: integer().notNull(),
    last_seen_at: integer().notNull(),
    /** Sessions that exist. */
    session_count: integer().notNull().default(0),
    /** Runs so far, those of erased sessions included. */
    run_count: integer().notNull().default(0),
    /** Known cost of all model calls so far. */
    spent_nano_usd: integer().notNull().default(0),
    /** Ratings that exist, and those among them that are `up`, 4 or 5, or `down`, 1 or 2. */
    feedback_count: integer().notNull().default(0),
    positive_count: integer().notNull().default(0),
    negative_count: integer().notNull().default(0),
    /** Tokens that were issued before this instant are refused; null for none. */
    tokens_not_before: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.id] }),
    index('end_users_seen').on(table.workspace_id, table.last_seen_at, table.id),
    index('end_users_revoked')
      .on(table.tokens_not_before)
      .where(sql`tokens_not_before is not null`),
    index('end_users_spent').on(table.workspace_id, table.spent_nano_usd, table.id),
  ],
);

export const erasureStatuses = ['running', 'completed', 'failed'] as const;
export type ErasureStatus = (typeof erasureStatuses)[number];

/** Erasures of end users. While one is running, triggers refuse new content of the end user. */
export const erasures = sqliteTable(
  'erasures',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** Null once the erasure is completed. */
    end_user_id: text(),
    /** SHA-256 of the id of the erasure and the end user, for whoever has both. */
    subject_hash: text().notNull(),
    /** Replaces the end user in usage, archives and audit entries. */
    pseudonym: text().notNull(),
    status: text({ enum: erasureStatuses }).notNull(),
    /** The step with which the job continues, and its position within. */
    step: text().notNull(),
    position: text().notNull().default(''),
    /** True once all steps have been made, before they are repeated for late writes. */
    is_again: integer({ mode: 'boolean' }).notNull().default(false),
    /** Numbers of removed or pseudonymised rows and objects, by kind. */
    counts: text({ mode: 'json' }).notNull().$type<Record<string, number>>(),
    /** True when the end user had been seen when the erasure was requested; null for those of earlier releases. */
    is_known: integer({ mode: 'boolean' }),
    /** The signed receipt, a compact JSON Web Signature; null before the end. */
    receipt: text(),
    created_by: text(),
    created_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [
    index('erasures_workspace').on(table.workspace_id, table.id),
    uniqueIndex('erasures_running')
      .on(table.workspace_id, table.end_user_id)
      .where(sql`end_user_id is not null`),
  ],
);

/** Public keys of the deployment that have signed receipts. Kept, so that old receipts can be verified. */
export const receipt_keys = sqliteTable('receipt_keys', {
  kid: text().primaryKey(),
  /** The Ed25519 public key, base64url. */
  x: text().notNull(),
  created_at: integer().notNull(),
});

export const exportStatuses = ['running', 'completed', 'failed'] as const;
export type ExportStatus = (typeof exportStatuses)[number];

/** Exports of everything of an end user. The archive is in the file store until it expires. */
export const end_user_exports = sqliteTable(
  'end_user_exports',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    end_user_id: text().notNull(),
    status: text({ enum: exportStatuses }).notNull(),
    object_key: text(),
    byte_size: integer(),
    sha256: text(),
    /** Rows and files by their kind; null before the end. */
    counts: text({ mode: 'json' }).$type<Record<string, number>>(),
    created_by: text(),
    created_at: integer().notNull(),
    completed_at: integer(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('end_user_exports_workspace').on(table.workspace_id, table.end_user_id, table.id),
    index('end_user_exports_due').on(table.expires_at),
  ],
);
