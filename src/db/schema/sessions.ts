import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { agents } from './agents.ts';
import { type AttachedFile, busyPolicies } from './runs.ts';

export const handlers = ['agent', 'human'] as const;

/** The person, or the key of a person's software, that has written a reply. */
export interface MessageAuthor {
  readonly type: 'user' | 'api_key' | 'root';
  readonly id: string | null;
  readonly name: string | null;
}

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    on_busy: text({ enum: busyPolicies }).notNull().default('reject'),
    end_user_id: text(),
    title: text(),
    /** Origin of the title. A title that was set with the API is never overwritten. */
    titled_by: text({ enum: ['person', 'model', 'rule'] }),
    /**
     * A version number or label that every run of the session uses; null follows the active
     * version.
     */
    version: text(),
    /** Values of the agent's form fields, for the `{{variables}}` of its instructions. */
    inputs: text({ mode: 'json' }).notNull().$type<Record<string, string | number | boolean>>(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /**
     * The sequence number of the newest message; the next one is computed inside the writing
     * statement.
     */
    message_seq: integer().notNull().default(0),
    /** The newest message of the branch that is shown and continued; null before the first. */
    head_id: text(),
    /** The message of another session from which this one was forked. */
    forked_from_message_id: text(),
    /** The active run, which with its lease serialises the turns of a session. */
    active_run_id: text(),
    active_run_until: integer().notNull().default(0),
    archived_at: integer(),
    expires_at: integer(),
    /**
     * The number of its rows in the keyword index (index-sessions.ts); negative while it waits to
     * be indexed, null when it is never indexed.
     */
    index_number: integer(),
    /** Identifies its end user, else itself, in experiments; null if it was created before they existed. */
    subject: integer(),
    /** While a person handles it, messages are stored and not answered. */
    handled_by: text({ enum: handlers }).notNull().default('agent'),
    /** The summary of the time in which a person has handled it, for the agent. */
    hand_back_note: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('sessions_index_number').on(table.index_number),
    index('sessions_agent').on(table.workspace_id, table.agent_id, table.id),
    index('sessions_end_user').on(table.workspace_id, table.agent_id, table.end_user_id, table.id),
    index('sessions_of_end_user')
      .on(table.workspace_id, table.end_user_id, table.id)
      .where(sql`end_user_id is not null`),
    index('sessions_workspace').on(table.workspace_id, table.id),
    index('sessions_created').on(table.workspace_id, table.created_at),
    index('sessions_due').on(table.expires_at).where(sql`expires_at is not null`),
  ],
);

export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    seq: integer().notNull(),
    /** The preceding message; siblings share it. Null for the first message. */
    parent_id: text(),
    /** Number of messages in its branch up to and including this one. */
    depth: integer().notNull().default(0),
    role: text({ enum: ['user', 'assistant'] }).notNull(),
    text: text().notNull(),
    citations: text({ mode: 'json' }).notNull().$type<Record<string, unknown>[]>(),
    /**
     * The input of a model instead of the text, when that differs: imported history, calls and
     * results of client tools.
     */
    prompt: text({ mode: 'json' }).$type<LanguageModelV4Message[]>(),
    /** For a user's message: its own files and those of the preceding messages in its branch. */
    attachments: text({ mode: 'json' }).notNull().default([]).$type<AttachedFile[]>(),
    /** Its own id for a message without a run: those that were written while a person handled the session. */
    run_id: text().notNull(),
    /** The author of a person's reply; null for the end user and the agent. */
    author: text({ mode: 'json' }).$type<MessageAuthor>(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('messages_session').on(table.session_id, table.seq),
    index('messages_parent').on(table.session_id, table.parent_id),
    index('messages_run').on(table.run_id),
  ],
);

/** Summaries of messages that exceed the history window. The newest version applies. */
export const session_summaries = sqliteTable(
  'session_summaries',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    version: integer().notNull(),
    /**
     * The last message that it covers, with its depth. A branch that diverges earlier does not use
     * it.
     */
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

/** Ratings of answers: one row for each end user and answer, of a session or of a one-off run. */
export const feedback = sqliteTable(
  'feedback',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    /** Null for the answer of a one-off run. */
    session_id: text(),
    message_id: text().notNull(),
    run_id: text().notNull(),
    /** Empty without an end user. */
    end_user_id: text().notNull(),
    rating: text({ enum: ratings }).notNull(),
    comment: text(),
    tags: text({ mode: 'json' }).notNull().$type<string[]>(),
    /** The score from 0 to 1 with which the rating is counted in an experiment; null if it is not. */
    counted_score: real(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('feedback_message').on(table.message_id, table.end_user_id),
    index('feedback_session').on(table.session_id).where(sql`session_id is not null`),
    index('feedback_agent').on(table.workspace_id, table.agent_id, table.updated_at),
    index('feedback_end_user')
      .on(table.workspace_id, table.end_user_id, table.id)
      .where(sql`end_user_id <> ''`),
    index('feedback_time').on(table.workspace_id, table.agent_id, table.created_at, table.id),
  ],
);

export const attachmentStatuses = ['processing', 'ready', 'failed'] as const;

/**
 * Files that were sent into a session. Original and extracted text are in the file store, under
 * `object_id`.
 */
export const attachments = sqliteTable(
  'attachments',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    /** The first message that it was sent with; null before that. */
    message_id: text(),
    /** Its own id, or that of the attachment from which it was forked. */
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
    /** Estimated for the extracted text. */
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
