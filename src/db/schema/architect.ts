import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Subjects of the conversation that designs an agent. */
export const topics = [
  'purpose',
  'audience',
  'knowledge',
  'scope',
  'tone',
  'tools',
  'unanswerable',
  'name',
] as const;
export type Topic = (typeof topics)[number];

/** A question with which a draft is tried out. */
export interface TestQuestion {
  readonly question: string;
  /** `decline`: the agent should say that it does not answer this. */
  readonly expects: 'answer' | 'decline';
  /** The file that answers it, if it is known. */
  readonly file_id?: string | undefined;
}

/** An agent that is being designed; `config` is a patch of the default configuration. */
export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly test_questions: readonly TestQuestion[];
}

/** A problem of a configuration that a rule has found. */
export interface Finding {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly detail: string;
  readonly pointer: string;
}

/** The answer of a draft to a test question. */
export interface Preview {
  readonly question: string;
  readonly expects: TestQuestion['expects'];
  readonly passed: boolean;
  readonly answer: string;
  readonly run_id: string | null;
  readonly confidence: number | null;
  readonly coverage: 'full' | 'partial' | 'none' | null;
  readonly cited_file_ids: readonly string[];
  readonly cost_nano_usd: number | null;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

/** Conversations that design an agent. Expired ones are deleted by a task. */
export const architect_sessions = sqliteTable(
  'architect_sessions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The model of the architect; null for the built-in architect. */
    model: text(),
    draft: text({ mode: 'json' }).notNull().$type<Draft>(),
    findings: text({ mode: 'json' }).notNull().$type<readonly Finding[]>(),
    /** The statements of the user about each topic. */
    brief: text({ mode: 'json' }).notNull().$type<Readonly<Partial<Record<Topic, string>>>>(),
    /** Topics that are not decided yet. */
    open: text({ mode: 'json' }).notNull().$type<readonly Topic[]>(),
    /** The topic of the question that was put last. */
    asked: text().$type<Topic>(),
    /** The results of the last test, and the time of it. */
    previews: text({ mode: 'json' }).notNull().$type<readonly Preview[]>(),
    tested_at: integer(),
    /** The knowledge base with the documents of the conversation; null without any. */
    base_id: text(),
    /** The agent that was created. */
    agent_id: text(),
    message_count: integer().notNull(),
    /** Another request may not change the session until this time. */
    busy_until: integer().notNull(),
    revision: integer().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('architect_sessions_workspace').on(table.workspace_id, table.id),
    index('architect_sessions_expiry').on(table.expires_at),
  ],
);

export const architect_messages = sqliteTable(
  'architect_messages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => architect_sessions.id),
    role: text({ enum: ['user', 'assistant'] }).notNull(),
    text: text().notNull(),
    /** Answers that the user can choose. */
    suggestions: text({ mode: 'json' }).notNull().$type<readonly string[]>(),
    run_id: text(),
    cost_nano_usd: integer(),
    created_at: integer().notNull(),
  },
  (table) => [index('architect_messages_session').on(table.session_id, table.id)],
);
