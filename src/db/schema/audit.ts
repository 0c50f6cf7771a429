import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/**
 * The place of each audit entry in the chain of its workspace. A trigger numbers an entry in the statement that
 * inserts it; a task adds the hashes afterwards. Append-only, like the audit log, except that a trigger marks the link of
 * an entry in the statement that replaces an erased person.
 */
export const audit_links = sqliteTable(
  'audit_links',
  {
    workspace_id: text().notNull(),
    /** From 1, without gaps. */
    sequence: integer().notNull(),
    entry_id: text().notNull(),
    /** SHA-256 over the hash before it and the entry; null until the entry is sealed, which takes `ENCRYPTION_KEYS`. */
    hash: text(),
    /** SHA-256 over the salt and those fields of the entry that can name a person; part of what `hash` covers. */
    personal_digest: text(),
    /** Random, so that nobody finds the fields by trying values. Removed with the person. */
    salt: text(),
    /** The last erasure that has replaced a person in the entry. */
    redacted_by: text(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.sequence] }),
    uniqueIndex('audit_links_entry').on(table.entry_id),
    index('audit_links_unsealed').on(table.workspace_id, table.sequence).where(sql`hash is null`),
  ],
);

/** Signed hashes of the chain, one for each pass of the task. One that is purged is the checkpoint of a removed prefix. */
export const audit_seals = sqliteTable(
  'audit_seals',
  {
    workspace_id: text().notNull(),
    sequence: integer().notNull(),
    hash: text().notNull(),
    sealed_at: integer().notNull(),
    /** Number of the signing key. */
    key_number: integer().notNull(),
    /** Ed25519, base64url. */
    signature: text().notNull(),
    /** Time since which the entries up to this one are removed. */
    purged_at: integer(),
    /** Signature of the removal. */
    purge_signature: text(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.sequence] }),
    index('audit_seals_time').on(table.workspace_id, table.sealed_at, table.sequence),
  ],
);
