import { hasRoleFor } from '../identity/index.ts';
import { actorId, type Ctx, coversAgent } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import type { RunWithSteps } from './schema/span.ts';

/** The agent, the creator and the end user of a session or one-off run, which determine access to it. */
export interface Owned {
  readonly agent_id: string;
  readonly created_by: string | null;
  readonly end_user_id: string | null;
}

/**
 * Returns the row if the caller may see it: a key limited to agents sees theirs, and a key that only runs agents sees
 * what it created, an end user among this only what is theirs. Throws `not_found` for the resource that `kind` names.
 */
export function authorizeOwned<Row extends Owned>(
  ctx: Ctx,
  row: Row | undefined,
  kind: string,
): Row {
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound(kind);
  const creator = creatorFilter(ctx);
  if (creator !== undefined && row.created_by !== creator) throw notFound(kind);
  if (ctx.actor.type === 'end_user' && row.end_user_id !== ctx.actor.id) throw notFound(kind);
  return row;
}

/** Throws `forbidden` for an end user who names a version and whose token does not permit that. */
export function authorizeVersion({ actor }: Ctx, version: string | null): void {
  if (version !== null && actor.type === 'end_user' && actor.versions === 'active')
    throw new Failure(
      'forbidden',
      'This token runs the active version only. Leave out `version`, or create the token with `versions: any`.',
    );
}

/** Returns the agent if the caller's key covers it. Throws `not_found`. */
export function authorizeAgent<Row extends { readonly id: string }>(
  ctx: Ctx,
  rows: readonly Row[],
): Row {
  const [agent] = rows;
  if (agent === undefined || !coversAgent(ctx.actor, agent.id)) throw notFound('agent');
  return agent;
}

/** Returns the key whose sessions and one-off runs the caller is limited to; undefined for no such limit. */
export const creatorFilter = (ctx: Ctx): string | undefined =>
  hasRoleFor(ctx, 'agents:read') ? undefined : (actorId(ctx.actor) ?? '');

/** Returns the end user of a new session or run: the one of the caller's token, or the one that the request names. Throws `forbidden`. */
export function endUserOf({ actor }: Ctx, named: string | null): string | null {
  if (actor.type !== 'end_user') return named;
  if (named === null || named === actor.id) return actor.id;
  throw new Failure('forbidden', 'The token is that of another end user.');
}

/** Returns true if the caller may read what end users and agents wrote. */
export const mayReadMessages = (ctx: Ctx): boolean => hasRoleFor(ctx, 'messages:read');

/** Returns a run without the content that the caller may not read. The trace, with instructions and passages, is not for end users. */
export const redactRun = (ctx: Ctx, run: RunWithSteps): RunWithSteps =>
  mayReadMessages(ctx)
    ? { ...run, steps: ctx.actor.type === 'end_user' ? [] : run.steps }
    : {
        ...run,
        inputs: {},
        files: [],
        required_actions: redactActions(ctx, run),
        steps: run.steps.map((step) => ({
          ...step,
          input: null,
          output: null,
          error: step.error === null ? null : 'Failed.',
        })),
      };

/** Returns the required actions of a run, without their arguments for a caller who may not read messages. */
export const redactActions = (
  ctx: Ctx,
  { required_actions }: Pick<RunWithSteps, 'required_actions'>,
): RunWithSteps['required_actions'] =>
  mayReadMessages(ctx)
    ? required_actions
    : (required_actions?.map((action) => ({
        ...action,
        input: null,
        ...(action.type === 'sign_in' ? { url: null } : {}),
        ...(action.type === 'input' ? { message: null, requested_schema: null, url: null } : {}),
      })) ?? null);
