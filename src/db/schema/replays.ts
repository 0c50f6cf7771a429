import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { coverages } from './runs.ts';

/** A replay has a fixed set of past turns; a shadow gets a share of live ones until it is stopped. */
export const replayKinds = ['replay', 'shadow'] as const;
export type ReplayKind = (typeof replayKinds)[number];

/** A paused one has an `error_code` unless a person has paused it. */
export const replayStatuses = ['running', 'paused', 'completed', 'cancelled'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** Past turns of an agent that another version answers again. */
export const replays = sqliteTable(
  'replays',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    kind: text({ enum: replayKinds }).notNull(),
    label: text().notNull(),
    status: text({ enum: replayStatuses }).notNull(),
    version_id: text().notNull(),
    version_number: integer().notNull(),
    /** Configuration and tools of a draft; null for the version as it is. */
    draft: text({ mode: 'json' }).$type<{ readonly config: unknown; readonly tools: unknown }>(),
    /** The knowledge that answers: that of pinned revisions, that of today, or none. */
    knowledge: text({ enum: ['pinned', 'current', 'none'] }).notNull(),
    /** The judge as it was, with its revision; null without one. */
    judge: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    /** Which turns were chosen, as the API has it. */
    selection: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** Turns that match the selection, of which a sample was drawn. */
    matched_count: integer().notNull().default(0),
    /** Share of the live turns of a shadow, in millionths; null for a replay. */
    share: integer(),
    /** The end of the last live turn that was looked at, and its run. */
    read_until: integer(),
    read_run_id: text(),
    /** Live turns that were left out since too many were waiting. */
    skipped_count: integer().notNull().default(0),
    max_cost_nano_usd: integer().notNull(),
    concurrency: integer().notNull(),
    /** Figures over the turns (evaluation/replay/tally.ts), written after each step. */
    tally: text({ mode: 'json' }).$type<Readonly<Record<string, number | null>>>(),
    /** Turns that were erased with their sessions. */
    erased_count: integer().notNull().default(0),
    error_code: text(),
    error_detail: text(),
    api_key_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    ended_at: integer(),
    /** A task removes the turns of a deleted replay, then the row. */
    deleted_at: integer(),
  },
  (table) => [
    index('replays_workspace').on(table.workspace_id, table.id),
    index('replays_agent').on(table.agent_id, table.id),
    index('replays_shadow').on(table.id).where(sql`kind = 'shadow' and status = 'running'`),
    index('replays_deleted').on(table.deleted_at).where(sql`deleted_at is not null`),
  ],
);

export const turnStates = ['pending', 'running', 'done'] as const;

/** How a call of a tool was answered. */
export const toolSources = ['recorded', 'computed', 'live', 'simulated', 'missed'] as const;
export type ToolSource = (typeof toolSources)[number];

export interface ReplayedCall {
  readonly name: string;
  readonly source: ToolSource;
  /** The record has only the beginning of the result. */
  readonly is_cut: boolean;
}

/** Parts of a turn that a replay does not have. */
export const turnGaps = ['tool_results', 'missing_tools', 'attachments', 'older_messages'] as const;
export type TurnGap = (typeof turnGaps)[number];

/** Turns of replays. Question and original answer are those of the messages; they are not copied. */
export const replay_turns = sqliteTable(
  'replay_turns',
  {
    replay_id: text()
      .notNull()
      .references(() => replays.id),
    source_run_id: text().notNull(),
    workspace_id: text().notNull(),
    /** The session whose erasure erases the turn; null for a run without one. */
    source_session_id: text(),
    state: text({ enum: turnStates }).notNull().default('pending'),
    /** Runs that were started for it so far. */
    attempts: integer().notNull().default(0),
    /** The run that answers it again; chosen before it starts. */
    run_id: text(),
    /** How that run has ended. */
    status: text(),
    error_code: text(),
    error_detail: text(),
    answer: text(),
    citations: text({ mode: 'json' }).$type<Record<string, unknown>[]>(),
    tools: text({ mode: 'json' }).$type<readonly ReplayedCall[]>(),
    miss_count: integer(),
    gaps: text({ mode: 'json' }).$type<readonly TurnGap[]>(),
    is_changed: integer({ mode: 'boolean' }),
    preference: text({ enum: ['original', 'replay', 'tie'] }),
    preference_reason: text(),
    /** Worse in the eyes of the judge, or failed where the original did not. */
    is_worse: integer({ mode: 'boolean' }),
    confidence: real(),
    coverage: text({ enum: coverages }),
    latency_ms: integer(),
    first_token_ms: integer(),
    /** null for an unknown price. */
    cost_nano_usd: integer(),
    /** Known cost of the judge, and of runs that were interrupted. */
    extra_nano_usd: integer().notNull().default(0),
    original_status: text(),
    original_latency_ms: integer(),
    original_cost_nano_usd: integer(),
    ended_at: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.replay_id, table.source_run_id] }),
    index('replay_turns_open').on(table.replay_id, table.state).where(sql`state <> 'done'`),
    index('replay_turns_session')
      .on(table.source_session_id)
      .where(sql`source_session_id is not null`),
    index('replay_turns_source').on(table.source_run_id),
    uniqueIndex('replay_turns_run').on(table.run_id).where(sql`run_id is not null`),
    index('replay_turns_workspace').on(table.workspace_id),
  ],
);
