import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** People who sign in. An account belongs to no workspace; `members` connects the two. */
export const users = sqliteTable(
  'users',
  {
    id: text().primaryKey(),
    /** Lower-case and verified: an account is created by whoever has received mail at the address, or whose provider has verified it. */
    email: text().notNull(),
    name: text().notNull(),
    /** `scrypt$N$r$p$salt$hash`; null for people who sign in by another method. */
    password_hash: text(),
    /** Sealed; in force once `totp_confirmed_at` is set. */
    totp_secret: text(),
    totp_confirmed_at: integer(),
    /** The latest time step whose code was used, so that no code is used twice. */
    totp_step: integer().notNull().default(0),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    /** The row of a deleted account stays without address and name, since memberships refer to it. */
    deleted_at: integer(),
  },
  (table) => [uniqueIndex('users_email').on(table.email)],
);

/** Deletions of accounts. Triggers allow a running one to replace the person in the audit log. */
export const account_deletions = sqliteTable('account_deletions', {
  user_id: text()
    .primaryKey()
    .references(() => users.id),
  /** Null once the deletion is completed. */
  email: text(),
  /** The membership with which the job continues, and the audit entry after which. */
  member_id: text().notNull().default(''),
  position: text().notNull().default(''),
  /** True once all entries have been changed, before this is repeated for late writes. */
  is_again: integer({ mode: 'boolean' }).notNull().default(false),
  created_at: integer().notNull(),
  completed_at: integer(),
});

/** Sessions of people in a browser. A row that is deleted ends its session at once. */
export const user_sessions = sqliteTable(
  'user_sessions',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    /** SHA-256 of the cookie. */
    token_hash: text().notNull(),
    /** Such as `password`, `link`, `passkey`, `google`. */
    method: text().notNull(),
    /** The workspace of a request that names none: the last one that was named. */
    last_workspace_id: text(),
    user_agent: text(),
    ip: text(),
    created_at: integer().notNull(),
    /** Written at most every few minutes. */
    last_seen_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('user_sessions_token').on(table.token_hash),
    index('user_sessions_user').on(table.user_id, table.id),
    index('user_sessions_expiry').on(table.expires_at),
  ],
);

/** Accounts at identity providers that sign in to an account here. */
export const user_identities = sqliteTable(
  'user_identities',
  {
    /** As its ID tokens name it. */
    issuer: text().notNull(),
    /** The id of the person there, which never changes; addresses do. */
    subject: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    created_at: integer().notNull(),
    /** The address at the provider when it was linked, by which people tell two accounts there apart. */
    email: text(),
    last_used_at: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index('user_identities_user').on(table.user_id),
  ],
);

/**
 * `email` confirms a new address, `email_revoke` returns to the former one; the row of `account_deleted` has the address of a
 * notice, and no token.
 */
export const tokenPurposes = [
  'sign_up',
  'reset',
  'link',
  'email',
  'email_revoke',
  'account_deleted',
] as const;
export type TokenPurpose = (typeof tokenPurposes)[number];

/** Single-use tokens. The token itself is derived from the id by a secret of the deployment and is not stored. */
export const user_tokens = sqliteTable(
  'user_tokens',
  {
    id: text().primaryKey(),
    purpose: text({ enum: tokenPurposes }).notNull(),
    email: text().notNull(),
    /** Null where no account has the address, so that both cases take the same path. */
    user_id: text(),
    used_at: integer(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('user_tokens_user').on(table.user_id, table.purpose),
    index('user_tokens_expiry').on(table.expires_at),
  ],
);

/** Attempts of one kind by address or IP in a window; `key` is a hash. */
export const sign_in_attempts = sqliteTable(
  'sign_in_attempts',
  {
    key: text().primaryKey(),
    count: integer().notNull(),
    until: integer().notNull(),
  },
  (table) => [index('sign_in_attempts_until').on(table.until)],
);

/** Unused recovery codes of two-factor sign-in, as SHA-256. */
export const recovery_codes = sqliteTable(
  'recovery_codes',
  {
    user_id: text()
      .notNull()
      .references(() => users.id),
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.hash] })],
);

export const memberRoles = ['viewer', 'editor', 'admin', 'owner'] as const;
export type MemberRole = (typeof memberRoles)[number];

/** People in workspaces. A row outlives its membership, since other rows refer to it as their creator. */
export const members = sqliteTable(
  'members',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    role: text({ enum: memberRoles }).notNull(),
    removed_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('members_workspace').on(table.workspace_id, table.id),
    /** Former memberships included. */
    index('members_of_user').on(table.user_id, table.id),
    uniqueIndex('members_user')
      .on(table.user_id, table.workspace_id)
      .where(sql`removed_at is null`),
  ],
);

/** Invitations to workspaces. The link is derived from id and number of the mail, and is not stored. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    email: text().notNull(),
    role: text({ enum: memberRoles }).notNull(),
    /** Mails so far; only the link of the latest is valid. */
    sends: integer().notNull(),
    invited_by: text(),
    accepted_by: text(),
    accepted_at: integer(),
    revoked_at: integer(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('invitations_workspace').on(table.workspace_id, table.id),
    uniqueIndex('invitations_open')
      .on(table.email, table.workspace_id)
      .where(sql`accepted_at is null and revoked_at is null`),
  ],
);
