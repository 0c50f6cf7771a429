import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** Datasets of cases for evaluations. Each change makes a revision. */
export const datasets = sqliteTable(
  'datasets',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The agent whose turns it may hold; null for turns of any agent. */
    agent_id: text(),
    name: text().notNull(),
    description: text().notNull(),
    revision: integer().notNull(),
    /** Cases of the newest revision. */
    case_count: integer().notNull(),
    /** Cases that were erased from all revisions, together with the turns they were made from. */
    erased_count: integer().notNull().default(0),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    /** A task removes the cases of a deleted dataset, then the row. */
    deleted_at: integer(),
  },
  (table) => [
    index('datasets_workspace').on(table.workspace_id, table.id),
    index('datasets_deleted').on(table.deleted_at).where(sql`deleted_at is not null`),
  ],
);

/** The turn that a case was made from. */
export interface CaseSource {
  readonly agent_id: string;
  readonly version_id: string;
  readonly session_id: string | null;
  readonly run_id: string;
  readonly message_id: string;
  /** Earlier messages of the conversation that the case leaves out. */
  readonly omitted_messages: number;
  readonly review_item_id: string | null;
}

/** Versions of cases: a row holds from a revision until before another one, or still holds. */
export const dataset_cases = sqliteTable(
  'dataset_cases',
  {
    id: text().notNull(),
    from_revision: integer().notNull(),
    until_revision: integer(),
    workspace_id: text().notNull(),
    dataset_id: text()
      .notNull()
      .references(() => datasets.id),
    /** As in evaluation/datasets/case.ts. */
    content: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** The digest of the content without tags: a dataset has no two cases with the same. */
    digest: text().notNull(),
    source: text({ mode: 'json' }).$type<CaseSource>(),
    source_run_id: text(),
    source_session_id: text(),
    /** The runs of all messages in the case: it is erased with any of them. */
    source_run_ids: text({ mode: 'json' }).$type<readonly string[]>(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.from_revision] }),
    index('dataset_cases_dataset').on(table.dataset_id, table.id, table.from_revision),
    uniqueIndex('dataset_cases_digest')
      .on(table.dataset_id, table.digest)
      .where(sql`until_revision is null`),
    index('dataset_cases_run').on(table.source_run_id).where(sql`source_run_id is not null`),
    index('dataset_cases_session')
      .on(table.source_session_id)
      .where(sql`source_session_id is not null`),
    index('dataset_cases_workspace').on(table.workspace_id),
  ],
);

export const revisionActions = [
  'created',
  'updated',
  'cases_added',
  'cases_imported',
  'case_updated',
  'case_deleted',
] as const;

/** The changes of a dataset, with their time and author. */
export const dataset_revisions = sqliteTable(
  'dataset_revisions',
  {
    dataset_id: text()
      .notNull()
      .references(() => datasets.id),
    revision: integer().notNull(),
    workspace_id: text().notNull(),
    action: text({ enum: revisionActions }).notNull(),
    added: integer().notNull(),
    updated: integer().notNull(),
    removed: integer().notNull(),
    /** The case, if the change is one of a single case. */
    case_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.dataset_id, table.revision] }),
    index('dataset_revisions_workspace').on(table.workspace_id),
  ],
);
