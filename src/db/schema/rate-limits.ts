import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RateRules } from '../../shared/rate-rules.ts';
import { workspaces } from './workspaces.ts';

/** The rate limits of a workspace, read with each of its keys; no row is no limits. */
export const rate_limits = sqliteTable('rate_limits', {
  workspace_id: text()
    .primaryKey()
    .references(() => workspaces.id),
  rules: text({ mode: 'json' }).notNull().$type<RateRules>(),
  /** Goes up with every change, so that who counts knows that its rules are old. */
  revision: integer().notNull(),
  updated_at: integer().notNull(),
});
