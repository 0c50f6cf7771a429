import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { day } from '../../shared/time.ts';
import { idleFor } from '../sessions/limits.ts';
import { deleteEndedSessions } from '../sessions/store.ts';
import { deleteOldAttempts, deleteOldTokens } from './store.ts';

/** Deletes ended sessions, expired tokens and old counters, some of each in a run. */
export async function deleteExpired(ctx: Ctx): Promise<void> {
  const now = ctx.now();
  await batch(ctx.db, [
    deleteEndedSessions(ctx.db, now, now - idleFor),
    deleteOldTokens(ctx.db, now - day),
    deleteOldAttempts(ctx.db, now),
  ]);
}
