import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const exportStatuses = ['queued', 'in_progress', 'completed', 'failed'] as const;

/** A stored piece of an archive. The pieces in their order are the archive. */
export interface ExportPart {
  readonly key: string;
  readonly byte_size: number;
}

/** The next entry of an archive: a page of a table, an object, or its end. */
export type ExportPosition =
  | { readonly table: string; readonly page: number; readonly after: number }
  | { readonly prefix: number; readonly after: string | null }
  | { readonly is_end: true };

/** Archives of workspaces, deleted after a day. Their objects are named by `parts`. */
export const workspace_exports = sqliteTable(
  'workspace_exports',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    status: text({ enum: exportStatuses }).notNull(),
    /** Null before the first part. */
    position: text({ mode: 'json' }).$type<ExportPosition>(),
    parts: text({ mode: 'json' }).notNull().$type<ExportPart[]>(),
    /** Rows by table, and the number and bytes of the objects, as they are in the archive so far. */
    rows: text({ mode: 'json' }).notNull().$type<Record<string, number>>(),
    object_count: integer().notNull(),
    object_bytes: integer().notNull(),
    error_detail: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    completed_at: integer(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('workspace_exports_workspace').on(table.workspace_id, table.id),
    index('workspace_exports_expired').on(table.expires_at),
  ],
);
