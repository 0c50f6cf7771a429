import { hasRoleFor } from '../identity/index.ts';
import { actorId, type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { type RunWithSteps, type Session, toSession } from './schema.ts';
import type { SessionRow } from './store.ts';

/**
 * The session that was read, if the caller may know of it: a key limited to agents sees only theirs,
 * and a key that only runs agents sees only the sessions it made. Throws `not_found`; `named` is the kind of thing
 * that the caller named, where it is one of the session's.
 */
export function ownSession(ctx: Ctx, rows: readonly SessionRow[], named = 'session'): SessionRow {
  const [session] = rows;
  if (session === undefined || !coversAgent(ctx.actor, session.agent_id)) throw notFound(named);
  const maker = onlyOwn(ctx);
  if (maker !== undefined && session.created_by !== maker) throw notFound(named);
  return session;
}

/** The agent that was read, if the caller's key covers it. Throws `not_found`. */
export function ownAgent<Row extends { readonly id: string }>(ctx: Ctx, rows: readonly Row[]): Row {
  const [agent] = rows;
  if (agent === undefined || !coversAgent(ctx.actor, agent.id)) throw notFound('agent');
  return agent;
}

/** The key whose sessions alone the caller may see; undefined where it may see all. */
export const onlyOwn = (ctx: Ctx): string | undefined =>
  hasRoleFor(ctx, 'agents:read') ? undefined : (actorId(ctx.actor) ?? '');

/** Whether the caller may know what end users and agents said to each other. */
export const mayReadMessages = (ctx: Ctx): boolean => hasRoleFor(ctx, 'messages:read');

/** A session as the caller may see it: a title that quotes what was said, and what was filled in, is for those who read messages. */
export function sessionFor(ctx: Ctx, row: SessionRow): Session {
  const session = toSession(row, ctx.now());
  return mayReadMessages(ctx)
    ? session
    : { ...session, inputs: {}, title: row.titled_by === 'person' ? row.title : null };
}

/** A run as the caller may see it. */
export const runFor = (ctx: Ctx, run: RunWithSteps): RunWithSteps =>
  mayReadMessages(ctx)
    ? run
    : {
        ...run,
        inputs: {},
        steps: run.steps.map((step) => ({
          ...step,
          input: null,
          output: null,
          error: step.error === null ? null : 'It failed.',
        })),
      };
