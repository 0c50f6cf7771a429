import type { Ctx } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import {
  type Message,
  type OneOffInput,
  prepareOneOff,
  type RunRequest,
  runToEnd,
} from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { unknownModel, unknownModelVersion } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { toAgentName } from './provider-model.ts';

interface Caller {
  readonly user?: string | null | undefined;
  readonly safety_identifier?: string | null | undefined;
  readonly metadata?: Record<string, string> | null | undefined;
}

/** Prepares a one-off run of the agent that a model name selects. Throws `model_not_found`. */
export async function prepareRun(
  ctx: Ctx,
  model: string,
  text: string,
  caller: Caller,
): Promise<OneOffInput> {
  const { agent, version } = readAgentModel(await toAgentName(ctx, model));
  const end_user_id = caller.user ?? caller.safety_identifier ?? null;
  const metadata = caller.metadata ?? {};
  const given = { message: text, version, end_user_id, inputs: {}, metadata };
  return prepareOneOff(ctx, agent, given, true).catch((error: unknown) => {
    if (version !== null && isVersionFault(error)) throw unknownModelVersion(version);
    throw isUnknown(error) ? unknownModel() : error;
  });
}

/** Executes a run and returns its answer in the format of `write`. A replayed answer is converted, too. */
export async function answerOf<Reply>(
  ctx: Ctx,
  run: RunRequest,
  write: (message: Message) => Reply,
): Promise<Reply> {
  try {
    return write(await runToEnd(ctx, run));
  } catch (error) {
    throw error instanceof IdempotentReplay
      ? new IdempotentReplay(write(error.reply as Message))
      : error;
  }
}

/** Returns true for an agent that does not exist or is archived. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Failure &&
  (error.code === 'not_found' || error.code === 'agent_archived' || isVersionFault(error));

/** Returns true when the agent is visible to the caller and the version does not exist. */
const isVersionFault = (error: unknown): boolean =>
  error instanceof Failure && error.options.errors?.[0]?.pointer === '/version';
