import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { FileFields } from './knowledge.ts';

export const sourceTypes = [
  'url',
  'sitemap',
  'crawl',
  'feed',
  's3',
  'r2',
  'github',
  'notion',
  'google_drive',
] as const;
export type SourceType = (typeof sourceTypes)[number];

export const sourceStatuses = ['queued', 'syncing', 'ready', 'failed'] as const;

export const pageStates = [
  'pending',
  'added',
  'updated',
  'unchanged',
  'removed',
  'skipped',
  'failed',
] as const;
export type PageState = (typeof pageStates)[number];

/** Where the files of a knowledge base come from. Triggers delete its pages and secrets together with it, and it with its base. */
export const knowledge_sources = sqliteTable(
  'knowledge_sources',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    type: text({ enum: sourceTypes }).notNull(),
    name: text().notNull(),
    /** Settings of the type, as the API has them. */
    settings: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** Last characters of each stored credential, by its name. */
    credentials: text({ mode: 'json' }).notNull().$type<Record<string, string | null>>(),
    refresh_interval_s: integer(),
    /** The groups of its files; null for those of the base. */
    groups: text({ mode: 'json' }).$type<string[]>(),
    /** Fields of its new files. */
    file_fields: text({ mode: 'json' }).notNull().default({}).$type<FileFields>(),
    status: text({ enum: sourceStatuses }).notNull(),
    /** Number of the latest synchronization; pages name the one in which they were listed and handled. */
    sync: integer().notNull(),
    /** True once the synchronization has listed everything that can be listed at once. */
    is_listed: integer({ mode: 'boolean' }).notNull(),
    /** Position in the listing. */
    cursor: text(),
    counts: text({ mode: 'json' }).notNull().$type<Partial<Record<PageState, number>>>(),
    /** Consecutive temporary failures of the remote side. */
    failures: integer().notNull(),
    error_code: text(),
    error_detail: text(),
    /** The key that pays for the embeddings of its files. */
    api_key_id: text(),
    created_by: text(),
    sync_started_at: integer(),
    /** End of the last synchronization that succeeded. */
    synced_at: integer(),
    next_sync_at: integer(),
    deleted_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('knowledge_sources_base').on(table.workspace_id, table.base_id, table.id),
    index('knowledge_sources_of_base').on(table.base_id),
    index('knowledge_sources_due').on(table.next_sync_at),
  ],
);

/** Documents of a source, one row each. `key` identifies one within its source: a URL, or the key of an object. */
export const source_pages = sqliteTable(
  'source_pages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    source_id: text().notNull(),
    key: text().notNull(),
    url: text().notNull(),
    title: text(),
    /** Number of links from the start of a crawl. */
    depth: integer().notNull(),
    state: text({ enum: pageStates }).notNull(),
    listed_sync: integer().notNull(),
    handled_sync: integer().notNull(),
    /** Temporary failures in the current synchronization. */
    tries: integer().notNull(),
    /** Version that the listing reports, and the one whose content is stored. */
    version: text(),
    stored_version: text(),
    etag: text(),
    last_modified: text(),
    content_hash: text(),
    /** Links within the scope of a crawl, for when the page is unchanged. */
    links: text({ mode: 'json' }).$type<string[]>(),
    file_id: text(),
    duplicate_of: text(),
    error_code: text(),
    error_detail: text(),
    fetched_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('source_pages_key').on(table.source_id, table.key),
    index('source_pages_queue').on(table.source_id, table.listed_sync, table.handled_sync),
    /** Pages that are still to be handled, in their order. */
    index('source_pages_next')
      .on(table.source_id, table.listed_sync, table.tries, table.depth, table.id)
      .where(sql`handled_sync - listed_sync < 0`),
    index('source_pages_source').on(table.source_id, table.id),
    index('source_pages_state').on(table.source_id, table.state, table.id),
    index('source_pages_hash').on(table.source_id, table.content_hash),
    index('source_pages_url').on(table.source_id, table.url),
    index('source_pages_file').on(table.file_id),
    index('source_pages_workspace').on(table.workspace_id),
  ],
);

/** Hosts that a workspace reads pages from: one request at a time, and the rules of robots.txt. */
export const source_hosts = sqliteTable(
  'source_hosts',
  {
    workspace_id: text().notNull(),
    host: text().notNull(),
    /** Time from which the next request may be sent; while one runs, the time at which it is given up. */
    free_at: integer().notNull(),
    robots: text({ mode: 'json' }).$type<unknown>(),
    robots_at: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.host] }),
    index('source_hosts_free').on(table.free_at),
  ],
);
