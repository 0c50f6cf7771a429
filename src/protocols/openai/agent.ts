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

/** Prepares a one-off run of the agent that a model name stands for. Throws `model_not_found`. */
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

/** Executes a run and writes its answer in the caller's format, also where it is replayed. */
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

/** Returns true when an agent that the caller may see has no such version. */
const isVersionFault = (error: unknown): boolean =>
  error instanceof Failure && error.options.errors?.[0]?.pointer === '/version';
