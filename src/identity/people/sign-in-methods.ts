import { type SQL, sql } from 'drizzle-orm';

/**
 * Returns an expression that counts the ways to sign in to an account: its password, the accounts at identity providers that are linked to it, and its
 * passkeys. Part of the statement that removes one of them, so that parallel removals cannot remove the last.
 */
export const signInMethodCount = (user_id: string): SQL<number> => sql<number>`(
  (select count(*) from users where id = ${user_id} and password_hash is not null)
  + (select count(*) from user_identities where user_id = ${user_id})
  + (select count(*) from passkeys where user_id = ${user_id}))`;
