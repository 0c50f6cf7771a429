import { allows } from '../http/access.ts';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import type { SessionRow } from './store.ts';

/**
 * The session that was read, if the caller may know of it: a key limited to agents sees only theirs,
 * and a key that only runs agents sees only the sessions it made. Throws `not_found`.
 */
export function ownSession(ctx: Ctx, rows: readonly SessionRow[]): SessionRow {
  const [session] = rows;
  if (session === undefined || !coversAgent(ctx.actor, session.agent_id)) throw notFound();
  const maker = onlyOwn(ctx);
  if (maker !== undefined && session.created_by !== maker) throw notFound();
  return session;
}

/** The agent that was read, if the caller's key covers it. Throws `not_found`. */
export function ownAgent<Row extends { readonly id: string }>(ctx: Ctx, rows: readonly Row[]): Row {
  const [agent] = rows;
  if (agent === undefined || !coversAgent(ctx.actor, agent.id)) throw notFound();
  return agent;
}

/** The key whose sessions alone the caller may see; undefined where it may see all. */
export const onlyOwn = (ctx: Ctx): string | undefined =>
  ctx.actor.type === 'api_key' && !allows(ctx.actor.role, 'agents:read') ? ctx.actor.id : undefined;
