import type { Ctx } from '../platform/context.ts';
import { authorizeOwned, mayReadMessages } from '../runs/index.ts';
import { type Session, toSession } from './schema.ts';
import type { SessionRow } from './store/sessions.ts';

/**
 * Returns the session that was read if the caller may see it: a key limited to agents sees theirs, and a key that only
 * runs agents sees the sessions that it created. Throws `not_found` for the resource that `kind` names, which may be
 * one of the session's.
 */
export const authorizeSession = (
  ctx: Ctx,
  rows: readonly SessionRow[],
  kind = 'session',
): SessionRow => authorizeOwned(ctx, rows[0], kind);

/** Returns a session without the content that the caller may not read: form values, and a title not given by a person. */
export function sessionFor(ctx: Ctx, row: SessionRow): Session {
  const session = toSession(row, ctx.now());
  return mayReadMessages(ctx)
    ? session
    : { ...session, inputs: {}, title: row.titled_by === 'person' ? row.title : null };
}
