import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import {
  recovery_codes,
  sign_in_attempts,
  type TokenPurpose,
  user_tokens,
  users,
} from '../../db/schema/people.ts';

export type UserRow = typeof users.$inferSelect;
export type TokenRow = typeof user_tokens.$inferSelect;

export const selectUserByEmail = (db: Db, email: string) =>
  db.select().from(users).where(eq(users.email, email));

/** Violates the unique address when the account exists. */
export const insertUser = (db: Db, row: UserRow) => db.insert(users).values(row);

export const updateUser = (db: Db, id: string, changes: Partial<UserRow>) =>
  db.update(users).set(changes).where(eq(users.id, id)).returning();

/** Stores a token; the account of its address is found by the statement, so that both cases take the same time. */
export const insertToken = (db: Db, row: Omit<TokenRow, 'user_id'>) =>
  db
    .insert(user_tokens)
    .values({ ...row, user_id: sql`(select id from users where email = ${row.email})` });

export const selectToken = (db: Db, id: string) =>
  db.select().from(user_tokens).where(eq(user_tokens.id, id));

/** Uses a token up. Violates `user_tokens.purpose` when it has been used or has expired. */
export const useToken = (db: Db, id: string, now: number) =>
  db
    .update(user_tokens)
    .set({
      used_at: now,
      purpose: sql`iif(${user_tokens.used_at} is null and ${user_tokens.expires_at} > ${now}, ${user_tokens.purpose}, null)`,
    })
    .where(eq(user_tokens.id, id));

/** Uses up the other tokens of a person for this purpose. */
export const useTokensOf = (db: Db, user_id: string, purpose: TokenPurpose, now: number) =>
  db
    .update(user_tokens)
    .set({ used_at: now })
    .where(
      and(
        eq(user_tokens.user_id, user_id),
        eq(user_tokens.purpose, purpose),
        isNull(user_tokens.used_at),
      ),
    );

export const deleteOldTokens = (db: Db, before: number) =>
  db
    .delete(user_tokens)
    .where(
      sql`rowid in (select rowid from user_tokens where ${lte(user_tokens.expires_at, before)} limit 1000)`,
    );

export const deleteOldAttempts = (db: Db, now: number) =>
  db
    .delete(sign_in_attempts)
    .where(
      sql`rowid in (select rowid from sign_in_attempts where ${lte(sign_in_attempts.until, now)} limit 1000)`,
    );

export const deleteRecoveryCodes = (db: Db, user_id: string) =>
  db.delete(recovery_codes).where(eq(recovery_codes.user_id, user_id));
