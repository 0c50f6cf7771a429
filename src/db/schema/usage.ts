import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** One row per attempt of a model call. Unknown tokens and cost are null, never 0. */
export const usage = sqliteTable(
  'usage',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** Key of the call, e.g. `run_…:1:0` (run, step, attempt): a replay adds no second row. */
    call_key: text().notNull(),
    agent_id: text(),
    version_id: text(),
    experiment_id: text(),
    variant_id: text(),
    session_id: text(),
    run_id: text(),
    api_key_id: text(),
    end_user_id: text(),
    provider: text().notNull(),
    model: text().notNull(),
    operation: text().notNull(),
    input_tokens: integer(),
    cache_read_tokens: integer(),
    cache_write_tokens: integer(),
    output_tokens: integer(),
    reasoning_tokens: integer(),
    /** True when the provider reported no usage and tokens were estimated. */
    is_estimated: integer({ mode: 'boolean' }).notNull().default(false),
    cost_nano_usd: integer(),
    latency_ms: integer().notNull(),
    first_token_ms: integer(),
    status: text({ enum: ['ok', 'error', 'aborted'] }).notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('usage_call').on(table.call_key),
    index('usage_workspace').on(table.workspace_id, table.id),
    index('usage_run').on(table.run_id),
    index('usage_time').on(table.workspace_id, table.created_at, table.id),
    index('usage_agent').on(table.workspace_id, table.agent_id, table.created_at, table.id),
    index('usage_session').on(table.session_id).where(sql`session_id is not null`),
  ],
);
