import { and, desc, eq, getTableColumns, lt, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { passkeys, used_challenges } from '../../db/schema/passkeys.ts';
import { users } from '../../db/schema/people.ts';
import type { OpenChallenge } from './challenge.ts';

export type PasskeyRow = typeof passkeys.$inferSelect;

/** Passkeys that one person may have. */
export const maxPasskeys = 20;

const own = (user_id: string, id: string) =>
  and(eq(passkeys.user_id, user_id), eq(passkeys.id, id));

/** Inserts a passkey. Violates `passkeys.user_id` when the person has as many as they may. */
export const insertPasskey = (db: Db, row: PasskeyRow) =>
  db.insert(passkeys).values({
    ...row,
    user_id: sql`(select id from users where id = ${row.user_id}
      and (select count(*) from passkeys where user_id = ${row.user_id}) < ${maxPasskeys})`,
  });

export const selectPasskeys = (db: Db, user_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.user_id, user_id), after === null ? undefined : lt(passkeys.id, after)))
    .orderBy(desc(passkeys.id))
    .limit(limit);

export const selectPasskey = (db: Db, user_id: string, id: string) =>
  db.select().from(passkeys).where(own(user_id, id));

/** The passkey of a credential, whose account exists. */
export const selectPasskeyByCredential = (db: Db, credential_id: string) =>
  db
    .select(getTableColumns(passkeys))
    .from(passkeys)
    .innerJoin(users, eq(users.id, passkeys.user_id))
    .where(eq(passkeys.credential_id, credential_id));

export const renamePasskey = (db: Db, user_id: string, id: string, name: string) =>
  db.update(passkeys).set({ name }).where(own(user_id, id)).returning();

export const deletePasskey = (db: Db, user_id: string, id: string) =>
  db.delete(passkeys).where(own(user_id, id));

/**
 * Records a use of a passkey. Violates `passkeys.name` unless the authenticator has counted further; 0 is of one that does
 * not count.
 */
export const countUse = (
  db: Db,
  id: string,
  { sign_count, backed_up, now }: { sign_count: number; backed_up: boolean; now: number },
) =>
  db
    .update(passkeys)
    .set({
      sign_count,
      backed_up,
      last_used_at: now,
      name: sql`iif(${passkeys.sign_count} < ${sign_count} or (${passkeys.sign_count} = 0 and ${sign_count} = 0), ${passkeys.name}, null)`,
    })
    .where(eq(passkeys.id, id));

/** Uses a challenge up. Violates the unique `used_challenges.hash` when it has been answered. */
export const useChallenge = (db: Db, challenge: OpenChallenge) =>
  db.insert(used_challenges).values(challenge);

/** The same for an answer of a passkey. Violates `used_challenges.hash` as not null when the passkey has been deleted. */
export const useChallengeBy = (db: Db, { hash, expires_at }: OpenChallenge, passkey_id: string) =>
  db
    .insert(used_challenges)
    .values({ hash: sql`(select ${hash} from passkeys where id = ${passkey_id})`, expires_at });

export const deleteExpiredChallenges = (db: Db, now: number) =>
  db
    .delete(used_challenges)
    .where(
      sql`rowid in (select rowid from used_challenges where ${lte(used_challenges.expires_at, now)} limit 1000)`,
    );
