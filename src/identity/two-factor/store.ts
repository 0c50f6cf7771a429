import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { recovery_codes, users } from '../../db/schema/people.ts';

/** Uses a time step up. Violates `users.name` when it, or a later one, has been used. */
export const useStep = (db: Db, user_id: string, step: number) =>
  db
    .update(users)
    .set({ totp_step: step, name: sql`iif(${users.totp_step} < ${step}, ${users.name}, null)` })
    .where(eq(users.id, user_id));

/** Violates `users.name` when two-factor sign-in is on. */
export const requireNoFactor = (db: Db, user_id: string) =>
  db
    .update(users)
    .set({ name: sql`iif(${users.totp_confirmed_at} is null, ${users.name}, null)` })
    .where(eq(users.id, user_id));

export const deleteRecoveryCode = (db: Db, user_id: string, hash: string) =>
  db
    .delete(recovery_codes)
    .where(and(eq(recovery_codes.user_id, user_id), eq(recovery_codes.hash, hash)))
    .returning({ hash: recovery_codes.hash });

export const insertRecoveryCodes = (db: Db, user_id: string, hashes: readonly string[]) =>
  db.insert(recovery_codes).values(hashes.map((hash) => ({ user_id, hash })));
