import { and, eq, sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Message, type RunRow, toMessage } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { authorizeSession } from '../authorize-session.ts';
import type { MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import { selectRunsOf } from './messages-store.ts';

/** A message that a request names by its id, with its run and session. */
export interface ReferencedMessage {
  readonly message: Message;
  readonly row: MessageRow;
  readonly run: RunRow;
  readonly session: SessionRow;
}

/**
 * Returns messages by their ids, in one trip. Omits those that the caller may not see, or whose
 * session has expired.
 */
export async function readReferenced(
  ctx: Ctx,
  ids: readonly string[],
): Promise<ReferencedMessage[]> {
  const { db, workspace_id } = ctx;
  const given = sql`select value from json_each(${JSON.stringify(ids)})`;
  const isGiven = and(eq(messages.workspace_id, workspace_id), sql`${messages.id} in (${given})`);
  const [rows, runs, held] = await batch(db, [
    db.select().from(messages).where(isGiven),
    selectRunsOf(db, workspace_id, given),
    db
      .select()
      .from(sessions)
      .where(
        and(
          eq(sessions.workspace_id, workspace_id),
          sql`${sessions.id} in (select m.session_id from messages m where m.id in (${given}) and m.workspace_id = ${workspace_id})`,
        ),
      ),
  ]);
  return rows.flatMap((row) => {
    const run = runs.find(({ id }) => id === row.run_id);
    const session = held.find(({ id }) => id === row.session_id);
    if (run === undefined || session === undefined || !mayKnow(ctx, session)) return [];
    return [{ message: toMessage(row, run), row, run, session }];
  });
}

function mayKnow(ctx: Ctx, session: SessionRow): boolean {
  if (session.expires_at !== null && session.expires_at <= ctx.now()) return false;
  try {
    return authorizeSession(ctx, [session]) === session;
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return false;
    throw error;
  }
}
