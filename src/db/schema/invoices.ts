import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Invoices of closed months. Immutable: triggers refuse UPDATE, and DELETE while the workspace exists. */
export const invoices = sqliteTable(
  'invoices',
  {
    workspace_id: text().notNull(),
    /** `2026-11`, in the time zone that the workspace had. */
    month: text().notNull(),
    number: text().notNull(),
    /** Start of the period: the end of the invoice before it, also when the time zone has changed since. */
    starts_at: integer().notNull(),
    ends_at: integer().notNull(),
    cost_nano_usd: integer().notNull(),
    calls: integer().notNull(),
    /** The whole invoice as JSON (`src/invoices/schema.ts`). */
    document: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.month] })],
);
