import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RateRules } from '../../shared/rate-rules.ts';
import { workspaces } from './workspaces.ts';

/** The rate limits of a workspace, read with each of its keys. No row means no limits. */
export const rate_limits = sqliteTable('rate_limits', {
  workspace_id: text()
    .primaryKey()
    .references(() => workspaces.id),
  rules: text({ mode: 'json' }).notNull().$type<RateRules>(),
  /** Incremented by every change, so that counters detect stale rules. */
  revision: integer().notNull(),
  updated_at: integer().notNull(),
});
