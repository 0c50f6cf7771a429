import type { Ctx } from '../platform/context.ts';
import type { OneOffInput, RunRequest } from '../runs/index.ts';
import { newSession, type TurnInput, turnRequest } from '../sessions/index.ts';

/** Returns the request of a run in a session that is created with it, so that the conversation can be continued. */
export function inNewSession(
  ctx: Ctx,
  { agent_id, end_user_id, inputs, version, labels, text }: OneOffInput,
  rest: Partial<TurnInput>,
  id?: string,
): RunRequest {
  const create = newSession(ctx, {
    ...{ agent_id, end_user_id, inputs, version },
    metadata: { ...labels },
    on_busy: 'queue',
    ...(id === undefined ? {} : { id }),
  });
  return turnRequest(ctx, create.id, { text, version, on_busy: null, ...rest, create });
}
