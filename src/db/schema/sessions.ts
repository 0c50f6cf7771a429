import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { agents } from './agents.ts';

/** `queued` waits for the run before it in its session. */
export const runStatuses = [
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
  'limit_exceeded',
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const coverages = ['full', 'partial', 'none'] as const;
export type Coverage = (typeof coverages)[number];

/** What a message meets that comes while another is being answered. */
export const busyPolicies = ['reject', 'queue', 'interrupt'] as const;
export type BusyPolicy = (typeof busyPolicies)[number];

/** `one_shot` holds a run that was asked for without a session; lists do not show it. */
export const sessionKinds = ['chat', 'one_shot'] as const;

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    kind: text({ enum: sessionKinds }).notNull().default('chat'),
    on_busy: text({ enum: busyPolicies }).notNull().default('reject'),
    end_user_id: text(),
    title: text(),
    /** Who gave it its title; a person's own is never overwritten. */
    titled_by: text({ enum: ['person', 'model', 'rule'] }),
    /** A version number or label that every run of the session uses; null follows the active one. */
    version: text(),
    /** Values of the agent's form fields, for the `{{variables}}` of its instructions. */
    inputs: text({ mode: 'json' }).notNull().$type<Record<string, string | number | boolean>>(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** The sequence number of the newest message; the next is taken from it inside the writing statement. */
    message_seq: integer().notNull().default(0),
    /** The newest message of the branch that is shown and gone on from; null before the first. */
    head_id: text(),
    /** The message of another session that this one was forked from. */
    forked_from_message_id: text(),
    /** The run that is answering; with its lease it serialises the turns of a session. */
    active_run_id: text(),
    active_run_until: integer().notNull().default(0),
    archived_at: integer(),
    expires_at: integer(),
    /** Numbers its rows of the keyword index (sessions/search-store.ts); below zero while it waits to be indexed, null where it never is. */
    index_number: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('sessions_index_number').on(table.index_number),
    index('sessions_agent').on(table.workspace_id, table.agent_id, table.id),
    index('sessions_end_user').on(table.workspace_id, table.agent_id, table.end_user_id, table.id),
    index('sessions_workspace').on(table.workspace_id, table.id),
    index('sessions_created').on(table.workspace_id, table.created_at),
    index('sessions_due').on(table.expires_at).where(sql`expires_at is not null`),
  ],
);

/** A file as the messages of a branch carry it on. */
export interface AttachedFile {
  readonly id: string;
  /** The message of this branch that it came with. */
  readonly message_id: string;
  /** Where it lies in the file store. */
  readonly object_id: string;
  readonly name: string;
  readonly kind: 'document' | 'image';
  readonly media_type: string;
  readonly byte_size: number;
  /** Estimated, of its text; null for an image. */
  readonly tokens: number | null;
}

export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    seq: integer().notNull(),
    /** The message it follows: an answer's siblings, and a question's, have the same. Null for the first. */
    parent_id: text(),
    /** How many messages its branch has up to it: 1 for the first. */
    depth: integer().notNull().default(0),
    role: text({ enum: ['user', 'assistant'] }).notNull(),
    text: text().notNull(),
    citations: text({ mode: 'json' }).notNull().$type<Record<string, unknown>[]>(),
    /** What a model reads in its place, where that is more than the text: a history that was brought along, calls and results of the caller's tools. */
    prompt: text({ mode: 'json' }).$type<LanguageModelV4Message[]>(),
    /** Of a user's message: its own files, and those of the messages before it in its branch. */
    attachments: text({ mode: 'json' }).notNull().default([]).$type<AttachedFile[]>(),
    run_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('messages_session').on(table.session_id, table.seq),
    index('messages_parent').on(table.session_id, table.parent_id),
    index('messages_run').on(table.run_id),
  ],
);

export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    /** The experiment that chose the version, and the variant it drew; null without one. */
    experiment_id: text(),
    variant_id: text(),
    session_id: text(),
    /** The user's message that it answers. */
    input_message_id: text(),
    /** Of an unsaved draft; `version_id` is then the version that was active. */
    is_preview: integer({ mode: 'boolean' }).notNull().default(false),
    status: text({ enum: runStatuses }).notNull(),
    finish_reason: text(),
    error_code: text(),
    error_detail: text(),
    confidence: real(),
    coverage: text({ enum: coverages }),
    input_tokens: integer(),
    output_tokens: integer(),
    cache_read_tokens: integer(),
    reasoning_tokens: integer(),
    cost_nano_usd: integer(),
    first_token_ms: integer(),
    latency_ms: integer(),
    /** What the model was given besides the question: messages, summary, attachments. */
    context: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    /** What a wire format has to show again when it is asked for the run. */
    metadata: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    /** The events of a run that has ended, for whoever attaches later (sessions/event-log.ts); null where they would be too many. */
    events: text(),
    /** Past this a running run has lost its host. */
    lease_until: integer().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    ended_at: integer(),
  },
  (table) => [
    index('runs_workspace').on(table.workspace_id, table.id),
    index('runs_agent').on(table.workspace_id, table.agent_id, table.id),
    index('runs_session').on(table.workspace_id, table.session_id, table.id),
    index('runs_ended')
      .on(table.workspace_id, table.agent_id, table.ended_at, table.id)
      .where(sql`ended_at is not null`),
    index('runs_lease').on(table.lease_until).where(sql`status = 'running'`),
    index('runs_queued').on(table.lease_until).where(sql`status = 'queued'`),
  ],
);

/** The trace of a run: what it retrieved, asked a model, did with a tool. */
export const run_steps = sqliteTable(
  'run_steps',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    run_id: text()
      .notNull()
      .references(() => runs.id),
    ordinal: integer().notNull(),
    type: text({ enum: ['retrieval', 'model', 'tool'] }).notNull(),
    name: text().notNull(),
    input: text({ mode: 'json' }).$type<unknown>(),
    output: text({ mode: 'json' }).$type<unknown>(),
    error: text(),
    cost_nano_usd: integer(),
    started_at: integer().notNull(),
    latency_ms: integer().notNull(),
  },
  (table) => [uniqueIndex('run_steps_run').on(table.run_id, table.ordinal)],
);

/** What fell out of the window of history, told shortly. The newest version is the one that counts. */
export const session_summaries = sqliteTable(
  'session_summaries',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    version: integer().notNull(),
    /** The last message it covers, and that message's depth: a branch that leaves before it does not have it. */
    covers_message_id: text().notNull(),
    covers_depth: integer().notNull(),
    text: text().notNull(),
    /** Estimated. */
    tokens: integer().notNull(),
    model: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [uniqueIndex('session_summaries_session').on(table.session_id, table.version)],
);

export const ratings = ['up', 'down', '1', '2', '3', '4', '5'] as const;

/** What a person thinks of an answer: one row for each end user and message. */
export const message_feedback = sqliteTable(
  'message_feedback',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    session_id: text().notNull(),
    message_id: text()
      .notNull()
      .references(() => messages.id),
    run_id: text().notNull(),
    /** Empty where nobody is named. */
    end_user_id: text().notNull(),
    rating: text({ enum: ratings }).notNull(),
    comment: text(),
    tags: text({ mode: 'json' }).notNull().$type<string[]>(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('message_feedback_message').on(table.message_id, table.end_user_id),
    index('message_feedback_session').on(table.session_id),
    index('message_feedback_agent').on(table.workspace_id, table.agent_id, table.updated_at),
    index('message_feedback_time').on(
      table.workspace_id,
      table.agent_id,
      table.created_at,
      table.id,
    ),
  ],
);

export const attachmentStatuses = ['processing', 'ready', 'failed'] as const;

/** Files that were sent into a session. Original and extracted text lie in the file store, under `object_id`. */
export const attachments = sqliteTable(
  'attachments',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    /** The first message that it was sent with; null until then. */
    message_id: text(),
    /** Its own id, or that of the attachment it was forked from. */
    object_id: text().notNull(),
    name: text().notNull(),
    kind: text({ enum: ['document', 'image'] }).notNull(),
    media_type: text().notNull(),
    byte_size: integer().notNull(),
    sha256: text().notNull(),
    status: text({ enum: attachmentStatuses }).notNull(),
    error_code: text(),
    error_detail: text(),
    page_count: integer(),
    /** Estimated, of the extracted text. */
    token_count: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('attachments_session').on(table.session_id, table.id),
    uniqueIndex('attachments_content').on(table.session_id, table.sha256),
    index('attachments_object').on(table.object_id),
  ],
);
