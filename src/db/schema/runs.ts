import type { LanguageModelV4Message } from '@ai-sdk/provider';
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
import type { GeneratedFileRef } from './code.ts';
import type { Effect } from './effects.ts';

/**
 * A `queued` run waits for the previous run of its session, a `requires_action` run for its
 * `required_actions`.
 */
export const runStatuses = [
  'queued',
  'running',
  'requires_action',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
  'limit_exceeded',
  'expired',
] as const;
export type RunStatus = (typeof runStatuses)[number];

interface RequiredCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly input: unknown;
}

/** A page where a person allows the calls of the tools of an MCP server. */
export interface SignInPage {
  readonly server_id: string;
  readonly server_name: string;
  readonly url: string;
  /** RFC 3339. */
  readonly url_expires_at: string;
}

/** A question of an MCP server to a person, before it completes a call. All of it is text of a third party. */
export interface InputForm {
  readonly message: string;
  /** JSON Schema of the content, an object of primitives; null for a page. */
  readonly requested_schema: Readonly<Record<string, unknown>> | null;
  /** A page of the server on which the person continues; null for a form. */
  readonly url: string | null;
}

/** A waiting run requires the result of a client tool, a decision about a call of a tool of the agent, a sign-in or input for it. */
export type RequiredAction =
  | (RequiredCall & { readonly type: 'tool_result' })
  | (RequiredCall & {
      readonly type: 'approval';
      readonly approval_id: string;
      readonly effect: Effect;
      readonly reason: string;
      readonly digest: string;
    })
  | (RequiredCall & SignInPage & { readonly type: 'sign_in' })
  | (RequiredCall &
      InputForm & {
        readonly type: 'input';
        readonly input_id: string;
        readonly server_id: string;
        readonly server_name: string;
      });

export const coverages = ['full', 'partial', 'none'] as const;
export type Coverage = (typeof coverages)[number];

/** How a session treats a message that arrives while a run is active. */
export const busyPolicies = ['reject', 'queue', 'interrupt'] as const;
export type BusyPolicy = (typeof busyPolicies)[number];

/** A reference from a message to a file, which later messages of the branch inherit. */
export interface AttachedFile {
  readonly id: string;
  /** The message that it was sent with. */
  readonly message_id: string;
  /** Its key in the file store. */
  readonly object_id: string;
  readonly name: string;
  readonly kind: 'document' | 'image';
  readonly media_type: string;
  readonly byte_size: number;
  /** Estimated for its text; null for an image. */
  readonly tokens: number | null;
}

export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    /** The experiment that chose the version and the variant that was drawn; null without one. */
    experiment_id: text(),
    variant_id: text(),
    /** Whom the experiment counts (experiments/assignment.ts); null without one. A trigger stores its exposure. */
    subject: integer(),
    session_id: text(),
    /** The user's message that the run answers. */
    input_message_id: text(),
    /**
     * True for a run of an unsaved draft; `version_id` is then the version on which the draft is
     * based.
     */
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
    /** The context of the model besides the question: messages, summary, attachments. */
    context: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    /** Data that a stream encoder or protocol needs to render the run again. */
    metadata: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    /** The groups whose files the run may read, fixed when it was requested; null for all files. */
    groups: text({ mode: 'json' }).$type<string[]>(),
    /**
     * The files whose passages the run, its delegates or the answers before it have read; null when they are not known.
     */
    source_file_ids: text({ mode: 'json' }).$type<string[]>(),
    /** The sources of untrusted content that the run has read, such as `documents` or the name of a tool; null for none. */
    untrusted: text({ mode: 'json' }).$type<string[]>(),
    /** The files that code has written for the answer; null for none. */
    generated_files: text({ mode: 'json' }).$type<GeneratedFileRef[]>(),
    /**
     * The events of a finished run, for clients that attach later (runs/stream/event-log.ts); null
     * when there are too many.
     */
    events: text(),
    /** A run that is still active after this time has lost its host. */
    lease_until: integer().notNull(),
    /** The actions that a waiting run requires; null for any other run. */
    required_actions: text({ mode: 'json' }).$type<RequiredAction[]>(),
    /** A digest of each accepted result, by tool call id. Kept after the end, so that a repeated request is recognized. */
    answered_actions: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    /** The start of the wait, and the time at which the run expires; null for a run that does not wait. */
    suspended_at: integer(),
    expires_at: integer(),
    /** Milliseconds that the run has waited, which are not part of `latency_ms`. */
    waited_ms: integer().notNull().default(0),
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
    index('runs_waiting').on(table.expires_at).where(sql`status = 'requires_action'`),
  ],
);

/** The state of a waiting run (runs/suspension/state.ts): one JSON text in parts. A trigger deletes it when the run ends. */
export const suspended_runs = sqliteTable(
  'suspended_runs',
  {
    run_id: text()
      .notNull()
      .references(() => runs.id),
    part: integer().notNull(),
    workspace_id: text().notNull(),
    data: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.run_id, table.part] })],
);

/** The spans of a run's trace: retrievals, model calls and tool calls. */
export const run_steps = sqliteTable(
  'run_steps',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    run_id: text()
      .notNull()
      .references(() => runs.id),
    ordinal: integer().notNull(),
    /** The span of the tool call that this one is part of, for spans of a delegate agent; null at the top. */
    parent_id: text(),
    /** The delegate agent that the span belongs to; null for the run's own agent. */
    agent_id: text(),
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

/**
 * Question and answer of a one-off run, with what a session would hold for it. The row is erased at `expires_at`,
 * together with the run. `answer_id` is set from the start; `answered_at` once there is an answer.
 */
export const run_contents = sqliteTable(
  'run_contents',
  {
    run_id: text()
      .primaryKey()
      .references(() => runs.id),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    end_user_id: text(),
    /** Values of the agent's form fields. */
    inputs: text({ mode: 'json' }).notNull().$type<Record<string, string | number | boolean>>(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    question_id: text().notNull(),
    question: text().notNull(),
    /** The conversation that the model reads instead of the question. */
    prompt: text({ mode: 'json' }).$type<LanguageModelV4Message[]>(),
    files: text({ mode: 'json' }).notNull().$type<AttachedFile[]>(),
    answer_id: text().notNull(),
    answer: text().notNull().default(''),
    citations: text({ mode: 'json' }).notNull().default([]).$type<Record<string, unknown>[]>(),
    /** The answer as a model reads it, when it ends with calls of client tools. */
    answer_prompt: text({ mode: 'json' }).$type<LanguageModelV4Message[]>(),
    answered_at: integer(),
    expires_at: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    index('run_contents_agent').on(table.workspace_id, table.agent_id),
    index('run_contents_question').on(table.question_id),
    index('run_contents_answer').on(table.answer_id),
    index('run_contents_created').on(table.workspace_id, table.created_at),
    index('run_contents_due').on(table.expires_at),
    index('run_contents_end_user')
      .on(table.workspace_id, table.end_user_id, table.run_id)
      .where(sql`end_user_id is not null`),
  ],
);

/** Files of one-off runs. Original and extracted text are in the file store, under `object_id`. */
export const run_files = sqliteTable(
  'run_files',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    run_id: text()
      .notNull()
      .references(() => runs.id),
    object_id: text().notNull(),
    byte_size: integer().notNull(),
  },
  (table) => [
    index('run_files_run').on(table.run_id),
    index('run_files_object').on(table.object_id),
  ],
);
