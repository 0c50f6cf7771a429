import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { user_identities, user_sessions } from '../../db/schema/people.ts';

export type IdentityRow = typeof user_identities.$inferSelect;

/** Maximum number of identities of an account. */
export const maxIdentities = 20;

/** At most `maxIdentities` rows. */
export const selectIdentities = (db: Db, user_id: string) =>
  db
    .select()
    .from(user_identities)
    .where(eq(user_identities.user_id, user_id))
    .orderBy(user_identities.created_at, user_identities.subject);

/**
 * Links an account at a provider. Violates its primary key when it is linked already, and `user_identities.user_id` when
 * the person has too many.
 */
export const insertIdentity = (db: Db, row: IdentityRow) =>
  db.insert(user_identities).values({
    ...row,
    user_id: sql`iif((select count(*) from user_identities i where i.user_id = ${row.user_id}) < ${maxIdentities}, ${row.user_id}, null)`,
  });

export const selectIdentity = (db: Db, issuer: string, subject: string) =>
  db
    .select()
    .from(user_identities)
    .where(and(eq(user_identities.issuer, issuer), eq(user_identities.subject, subject)));

export const deleteIdentity = (
  db: Db,
  { user_id, issuer, subject }: Pick<IdentityRow, 'user_id' | 'issuer' | 'subject'>,
) =>
  db
    .delete(user_identities)
    .where(
      and(
        eq(user_identities.issuer, issuer),
        eq(user_identities.subject, subject),
        eq(user_identities.user_id, user_id),
      ),
    )
    .returning({ user_id: user_identities.user_id });

export const touchIdentity = (db: Db, issuer: string, subject: string, now: number) =>
  db
    .update(user_identities)
    .set({ last_used_at: now })
    .where(and(eq(user_identities.issuer, issuer), eq(user_identities.subject, subject)));

/** The session of a cookie, by the hash of its token. */
export const selectSessionOfToken = (db: Db, token_hash: string) =>
  db.select().from(user_sessions).where(eq(user_sessions.token_hash, token_hash));
