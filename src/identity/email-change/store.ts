import { and, eq, gte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { passkeys } from '../../db/schema/passkeys.ts';
import { user_identities, user_tokens, users } from '../../db/schema/people.ts';
import type { TokenRow } from '../people/store.ts';

/** Stores a token of an account that is known, whoever has the address. */
export const insertOwnToken = (db: Db, row: TokenRow) => db.insert(user_tokens).values(row);

/**
 * Gives an account its former address back, without a password, and without a second factor that was turned on since the
 * change was requested. Violates the unique address when another account has it.
 */
export const restoreEmail = (
  db: Db,
  user_id: string,
  { email, since, now }: { readonly email: string; readonly since: number; readonly now: number },
) =>
  db
    .update(users)
    .set({
      email,
      password_hash: null,
      totp_secret: sql`iif(${users.totp_confirmed_at} >= ${since}, null, ${users.totp_secret})`,
      totp_confirmed_at: sql`iif(${users.totp_confirmed_at} >= ${since}, null, ${users.totp_confirmed_at})`,
      updated_at: now,
    })
    .where(eq(users.id, user_id));

export const deletePasskeysSince = (db: Db, user_id: string, since: number) =>
  db.delete(passkeys).where(and(eq(passkeys.user_id, user_id), gte(passkeys.created_at, since)));

export const deleteIdentitiesSince = (db: Db, user_id: string, since: number) =>
  db
    .delete(user_identities)
    .where(and(eq(user_identities.user_id, user_id), gte(user_identities.created_at, since)));
