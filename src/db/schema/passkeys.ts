import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { users } from './people.ts';

/** The public key of a passkey: what it needs of a JSON Web Key, and how it signs. */
export interface PasskeyKey {
  readonly alg: 'ES256' | 'RS256' | 'EdDSA';
  readonly jwk: Readonly<Record<string, string>>;
}

/** WebAuthn credentials that sign in to an account. All are discoverable and verify their user. */
export const passkeys = sqliteTable(
  'passkeys',
  {
    id: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id),
    /** As the authenticator has named it, in base64url. */
    credential_id: text().notNull(),
    public_key: text({ mode: 'json' }).notNull().$type<PasskeyKey>(),
    /** The host to which it is bound (`rp.id`). */
    host: text().notNull(),
    /** Signatures that the authenticator has counted; 0 where it does not count. */
    sign_count: integer().notNull(),
    transports: text({ mode: 'json' }).notNull().$type<string[]>(),
    /** The model of the authenticator; zeros where it is withheld. */
    aaguid: text().notNull(),
    /** May be copied to other devices. Never changes. */
    backup_eligible: integer({ mode: 'boolean' }).notNull(),
    backed_up: integer({ mode: 'boolean' }).notNull(),
    name: text().notNull(),
    created_at: integer().notNull(),
    last_used_at: integer(),
  },
  (table) => [
    uniqueIndex('passkeys_credential').on(table.credential_id),
    index('passkeys_user').on(table.user_id, table.id),
  ],
);

/** Challenges that were answered and have not expired. Those without an answer are not stored. */
export const used_challenges = sqliteTable(
  'used_challenges',
  {
    /** SHA-256 of the challenge. */
    hash: text().primaryKey(),
    expires_at: integer().notNull(),
  },
  (table) => [index('used_challenges_expiry').on(table.expires_at)],
);
