import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { toolPins } from './tool-pins.ts';
import { workspaces } from './workspaces.ts';

/** The evaluation that a version has to pass before it is activated. */
export interface RequiredEvaluation {
  readonly dataset_id: string;
  /** The scorers as they have to be configured, by name; those of thresholds are free without them. */
  readonly scorers?: readonly Record<string, unknown>[] | undefined;
  /** By the name of a scorer, or `overall`. */
  readonly thresholds: Readonly<
    Record<
      string,
      { readonly min_score?: number | undefined; readonly min_pass_rate?: number | undefined }
    >
  >;
  readonly max_age_days?: number | undefined;
}

export const agents = sqliteTable(
  'agents',
  {
    id: text().primaryKey(),
    workspace_id: text()
      .notNull()
      .references(() => workspaces.id),
    slug: text().notNull(),
    name: text().notNull(),
    description: text().notNull(),
    tags: text({ mode: 'json' }).notNull().$type<string[]>(),
    active_version_id: text().notNull(),
    /**
     * The highest assigned version number; the next one is computed inside the writing statement.
     */
    latest_version: integer().notNull(),
    /** Incremented by every change of the agent or of its labels and active version; the ETag. */
    revision: integer().notNull(),
    /**
     * The model of an agent that is created for runs which request a model by its own name; null
     * for other agents.
     */
    provider_model: text(),
    /** The evaluation that a version has to pass before it is activated, as the API has it; null for none. */
    require_evaluation: text({ mode: 'json' }).$type<RequiredEvaluation>(),
    archived_at: integer(),
    /** Set once, never cleared: a job erases the agent. */
    deleted_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('agents_slug').on(table.workspace_id, table.slug),
    index('agents_workspace').on(table.workspace_id, table.id),
    uniqueIndex('agents_provider_model')
      .on(table.workspace_id, table.provider_model)
      .where(sql`provider_model is not null`),
  ],
);

/** Immutable: triggers refuse UPDATE and DELETE. */
export const agent_versions = sqliteTable(
  'agent_versions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    number: integer().notNull(),
    config: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    config_hash: text().notNull(),
    /** The tools of the configuration, pinned to the revisions that this version uses. */
    tools: toolPins().notNull(),
    change_summary: text(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('agent_versions_number').on(table.agent_id, table.number),
    index('agent_versions_workspace').on(table.workspace_id, table.agent_id),
  ],
);

export const agent_labels = sqliteTable(
  'agent_labels',
  {
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    label: text().notNull(),
    version_id: text()
      .notNull()
      .references(() => agent_versions.id),
    updated_by: text(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.agent_id, table.label] })],
);

/** Activations: which version became active when, by whom and why. */
export const agent_activations = sqliteTable(
  'agent_activations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    version_id: text()
      .notNull()
      .references(() => agent_versions.id),
    previous_version_id: text(),
    reason: text(),
    /** Why an admin activated the version without the evaluation that the agent requires. */
    override_reason: text(),
    actor_type: text().notNull(),
    actor_id: text(),
    created_at: integer().notNull(),
  },
  (table) => [index('agent_activations_agent').on(table.workspace_id, table.agent_id, table.id)],
);
