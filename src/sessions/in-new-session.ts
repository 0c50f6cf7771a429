import type { Ctx } from '../platform/context.ts';
import type { OneOffInput, RunRequest } from '../runs/index.ts';
import { newSession } from './new-session.ts';
import type { SessionRow } from './store/sessions.ts';
import { type TurnInput, turnRequest } from './turn/turn-input.ts';

/** Returns the request of a run in a session that is created with it. */
export async function inNewSession(
  ctx: Ctx,
  { agent_id, end_user_id, inputs, version, labels, text }: OneOffInput,
  rest: Partial<TurnInput>,
  own: Pick<Partial<SessionRow>, 'id' | 'subject'> = {},
): Promise<RunRequest> {
  const create = await newSession(ctx, {
    ...{ agent_id, end_user_id, inputs, version },
    metadata: { ...labels },
    on_busy: 'queue',
    ...own,
  });
  return turnRequest(ctx, create.id, { text, version, on_busy: null, ...rest, create });
}
