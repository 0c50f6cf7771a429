import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

export const shareAccess = ['public', 'verified'] as const;

/**
 * Links by which people chat with an agent. Each has a row in `api_keys` with the same id and no usable secret, which
 * owns the sessions of its visitors, expires with the link and is revoked while it is disabled. Triggers count and enforce
 * the limits in the statements that use them up.
 */
export const share_links = sqliteTable(
  'share_links',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    /** The unguessable part of its URL. */
    address: text().notNull(),
    name: text().notNull(),
    /** The title of the chat; null for the name of the agent. */
    title: text(),
    access: text({ enum: shareAccess }).notNull(),
    /** Addresses of mail, and domains that begin with `@`. */
    allowed_addresses: text({ mode: 'json' }).notNull().$type<string[]>(),
    /** Origins of pages that may embed the chat. */
    allowed_origins: text({ mode: 'json' }).notNull().$type<string[]>(),
    /** A version number or label; null for the active version. */
    version: text(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** True if visitors may open the documents that their answers cite. */
    open_documents: integer({ mode: 'boolean' }).notNull().default(false),
    expires_at: integer(),
    max_visitors: integer(),
    max_sessions: integer(),
    max_messages_per_visitor: integer(),
    /** The budget of the scope `api_key` for its own key; null without a limit. */
    budget_id: text(),
    limit_nano_usd: integer(),
    visitors: integer().notNull().default(0),
    sessions: integer().notNull().default(0),
    messages: integer().notNull().default(0),
    cost_nano_usd: integer().notNull().default(0),
    feedback_positive: integer().notNull().default(0),
    feedback_negative: integer().notNull().default(0),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('share_links_address').on(table.address),
    index('share_links_agent').on(table.workspace_id, table.agent_id, table.id),
  ],
);

/** People who have opened a link. The id is the `end_user_id` of their sessions. */
export const share_visitors = sqliteTable(
  'share_visitors',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    link_id: text().notNull(),
    /** The verified address; null for a visitor of a public link. */
    email: text(),
    sessions: integer().notNull().default(0),
    messages: integer().notNull().default(0),
    created_at: integer().notNull(),
    seen_at: integer().notNull(),
  },
  (table) => [
    index('share_visitors_link').on(table.workspace_id, table.link_id),
    uniqueIndex('share_visitors_email')
      .on(table.link_id, table.email)
      .where(sql`email is not null`),
  ],
);

/** The newest code that was sent to an address, which verifies it once. */
export const share_codes = sqliteTable(
  'share_codes',
  {
    link_id: text().notNull(),
    email: text().notNull(),
    workspace_id: text().notNull(),
    /** HMAC of the code. */
    hash: text().notNull(),
    tries: integer().notNull().default(0),
    /** Codes sent since `window_start`. */
    sends: integer().notNull(),
    window_start: integer().notNull(),
    sent_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.link_id, table.email] }),
    index('share_codes_workspace').on(table.workspace_id),
    index('share_codes_expiry').on(table.expires_at),
  ],
);
