import type { Statement } from '../../db/client.ts';
import { type LostCall, settleLost } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { isId } from '../../shared/id.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { type Tokens, unknownTokens } from '../../usage/index.ts';
import { isOutput, type RunEvent } from '../events.ts';
import { tokensOf } from '../prompt/history.ts';
import { contextOfRun } from '../prompt/run-context.ts';
import type { RunPrompt } from '../prompt/run-prompt.ts';
import type { RunRow } from '../store/runs.ts';
import type { RunVersion } from '../version.ts';

/** Estimated tokens of a passage whose text is no longer available. */
const tokensPerPassage = 300;
/** Estimated tokens of a tool with its schema. */
const tokensPerTool = 150;

/** The fields of a run whose host died that determine its cost. */
export interface LostRun {
  readonly run: RunRow;
  readonly version: RunVersion;
  readonly end_user_id: string | null;
  /** Reads the prompt of the run. Called only when the tokens of the call have to be estimated. */
  readonly readPrompt: () => Promise<RunPrompt>;
}

/**
 * Settles the reservation of a run whose host died, and records its last model call. The tokens are
 * estimated from the prompt and the output so far; without any output they are unknown. `readLost`
 * returns null when the run cannot be read.
 */
export async function settleLostCall(
  ctx: Ctx,
  run_id: string,
  events: readonly RunEvent[],
  readLost: () => Promise<LostRun | null>,
): Promise<Statement[]> {
  const at = events.findLastIndex(({ type }) => type === 'start-step');
  // The step before a wait is stored together with its call.
  const isLost = at > events.findLastIndex(({ type }) => type === 'requires-action');
  const step = isLost ? events[at] : undefined;
  if (step?.type !== 'start-step') return settleLost(ctx, run_id, null);
  const lost = await readLost();
  const [before, output] = [events.slice(0, at), events.slice(at + 1)];
  const call = lost === null ? null : await lostCall(ctx, lost, step.ordinal, before, output);
  return settleLost(ctx, run_id, call);
}

/** Keys, members and share links pay for what runs under their id (`payingKey`). */
const payers = ['key', 'mem', 'shl'] as const;

async function lostCall(
  ctx: Ctx,
  lost: LostRun,
  ordinal: number,
  before: readonly RunEvent[],
  output: readonly RunEvent[],
): Promise<LostCall> {
  const { run, version, end_user_id } = lost;
  const { agent_id, version_id, experiment_id, variant_id, session_id, id: run_id } = run;
  const hasOutput = output.some(isOutput);
  return {
    ...{ agent_id, version_id, experiment_id, variant_id, run_id, session_id, end_user_id },
    api_key_id:
      run.created_by !== null && payers.some((prefix) => isId(prefix, run.created_by as string))
        ? run.created_by
        : null,
    call_key: `${run_id}:${ordinal}`,
    model: version.config.model,
    operation: run.is_preview ? 'preview' : 'answer',
    tokens: hasOutput ? await estimate(lost, before, output) : unknownTokens,
    is_estimated: hasOutput,
    latency_ms: Math.max(0, Math.min(ctx.now(), run.lease_until) - run.created_at),
  };
}

async function estimate(
  { version: { config, tools }, readPrompt }: LostRun,
  before: readonly RunEvent[],
  output: readonly RunEvent[],
): Promise<Tokens> {
  const prompt = await readPrompt();
  const hits = before.reduce(
    (sum, event) => sum + (event.type === 'retrieval' ? event.hits : 0),
    0,
  );
  const attachments = prompt.files.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0);
  const { context } = await contextOfRun(config, { ...prompt, question: '' }, [], {
    tokens: attachments,
  });
  const { tokens, summary } = context;
  const question = tokensOf({ text: prompt.question, prompt: prompt.given });
  const sent = tokens.instructions + tokens.attachments + tokens.history + (summary?.tokens ?? 0);
  const found = hits * tokensPerPassage + estimateTokens(textsOf(before));
  return {
    ...unknownTokens,
    input_tokens: sent + question + found + tools.length * tokensPerTool,
    output_tokens: estimateTokens(textsOf(output)),
  };
}

/** The texts that the model wrote and that its tools returned. */
const textsOf = (events: readonly RunEvent[]): string =>
  events
    .map((event) => {
      if ('delta' in event) return event.type === 'tool-input-delta' ? '' : event.delta;
      if (event.type === 'tool-input-available') return JSON.stringify(event.input);
      if (event.type === 'tool-output-available') return JSON.stringify(event.output);
      return event.type === 'tool-output-error' ? event.error : '';
    })
    .join('');
