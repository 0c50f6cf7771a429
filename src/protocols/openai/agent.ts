import type { Ctx } from '../../platform/context.ts';
import { Replay } from '../../platform/idempotency.ts';
import { type Message, prepareOneShot, runToEnd, type TurnInput } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { unknownModel, unknownModelVersion } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { toAgentName } from './provider-model.ts';

interface Asker {
  readonly user?: string | null | undefined;
  readonly safety_identifier?: string | null | undefined;
  readonly metadata?: Record<string, string> | null | undefined;
}

/** A run of the agent that a model stands for, in a session that is made with it. Throws `model_not_found`. */
export async function prepareRun(
  ctx: Ctx,
  model: string,
  text: string,
  asker: Asker,
): Promise<{ session_id: string; input: TurnInput }> {
  const { agent, version } = readAgentModel(await toAgentName(ctx, model));
  const end_user_id = asker.user ?? asker.safety_identifier ?? null;
  const asked = { message: text, version, end_user_id, inputs: {}, metadata: asker.metadata ?? {} };
  return prepareOneShot(ctx, agent, asked, true).catch((error: unknown) => {
    if (version !== null && isVersionFault(error)) throw unknownModelVersion(version);
    throw isUnknown(error) ? unknownModel() : error;
  });
}

/** The answer in the form of the caller, also where it is one that was given before. */
export async function answerOf<Reply>(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
  write: (message: Message) => Reply,
): Promise<Reply> {
  try {
    return write(await runToEnd(ctx, session_id, input));
  } catch (error) {
    throw error instanceof Replay ? new Replay(write(error.reply as Message)) : error;
  }
}

/** An agent that is not there or is archived. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Failure &&
  (error.code === 'not_found' || error.code === 'agent_archived' || isVersionFault(error));

/** An agent that the caller may see has no such version. */
const isVersionFault = (error: unknown): boolean =>
  error instanceof Failure && error.options.errors?.[0]?.pointer === '/version';
