import type { LanguageModelV4Message } from '@ai-sdk/provider';
import {
  type ClientTools,
  type Limit,
  type LoopResult,
  reachedLimit,
  resolveTools,
  runLoop,
  type Tool,
  type ToolPorts,
  type ToolRunContext,
  toAnswered,
  withoutEffects,
} from '../execution/index.ts';
import { parseStructured, repairPrompt, structuredOutputFailed } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import type { AgentRun, RunOutcome } from './agent-run.ts';
import { AnswerStream } from './answer-stream.ts';
import { gatherAttachments } from './attachments/context.ts';
import type { RunEvent } from './events.ts';
import type { Overrides } from './overrides.ts';
import type { Progress } from './progress.ts';
import { modelOptions, modelsFor, passagesOf, writePrompt } from './prompt/prompt.ts';
import { searchText } from './prompt/queries.ts';
import { contextOfRun } from './prompt/run-context.ts';
import { readFilesOf } from './read-files.ts';
import { recordedTools } from './recorded-tools.ts';
import { retrieve } from './retrieve.ts';

const answered: RunOutcome = { type: 'answered' };

/**
 * Runs an agent: reads the attachments, retrieves, calls the model and its tools, and repairs structured output once.
 * The result is in `progress`. Throws the failure of the provider, `structured_output_failed`, and an `AbortError`
 * when the run was cancelled before a model was called.
 */
export async function* runAgent(ctx: Ctx, run: AgentRun): AsyncGenerator<RunEvent, RunOutcome> {
  const { config, prompt, progress, signal } = run;
  progress.attached = await gatherAttachments(ctx, {
    files: prompt.files,
    model: config.model,
    question: prompt.question,
  });
  if (progress.attached.included.length > 0) progress.untrusted.add('attachments');
  const isResumed = run.resumed !== undefined;
  if (!isResumed && config.knowledge.base_ids.length > 0 && searchText(prompt) !== '')
    yield* retrieve(ctx, run);
  if (signal.aborted && !isTimeout(signal)) signal.throwIfAborted();
  if (signal.aborted) return limited(progress, 'seconds');
  if (isResumed || mayAnswer(run)) return yield* answer(ctx, run);
  progress.text = config.knowledge.no_answer;
  progress.finish_reason = 'no_answer';
  yield { type: 'text-delta', delta: progress.text };
  return answered;
}

const isTimeout = ({ reason }: AbortSignal): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';

function limited(progress: Progress, limit: Limit): RunOutcome {
  progress.limit = limit;
  return { type: 'limit_exceeded', limit };
}

/**
 * An agent that answers only from its documents declines without a model call when no passages were
 * found. One with tools may still find some, and files of the user count as documents.
 */
const mayAnswer = ({ config, overrides, progress: { sources, attached } }: AgentRun): boolean =>
  sources.length > 0 ||
  attached.included.length > 0 ||
  config.knowledge.base_ids.length === 0 ||
  config.knowledge.scope !== 'only' ||
  config.tools.length > 0 ||
  (overrides.tools?.length ?? 0) > 0;

/** Text is emitted as it arrives or, when it has to follow a schema, once it is valid. */
async function* answer(ctx: Ctx, run: AgentRun): AsyncGenerator<RunEvent, RunOutcome> {
  const { config, progress, prompt, signal, account, overrides } = run;
  const { limits, output_schema: schema } = config;
  const tools = await recordedTools(ctx, await toolsOf(ctx, run), overrides.tool_record);
  addGiven(run, tools);
  progress.retrieved ??= progress.sources.length;
  const sources = progress.sources.slice(0, progress.retrieved);
  const given = await contextOfRun(config, prompt, sources, progress.attached);
  progress.context = given.context;
  const written = writePrompt(
    {
      ...{ config, overrides, prompt, history: given.messages },
      ...{ summary: given.summary, facts: given.facts },
    },
    sources,
    progress.attached,
  );
  let messages: readonly LanguageModelV4Message[] = [
    ...written,
    ...(run.resumed?.transcript ?? []),
  ];
  let new_messages = run.resumed?.new_messages;
  for (let repairs = 0; ; repairs += 1) {
    const {
      calls,
      suspended,
      prompt: sent,
    } = yield* converse(ctx, run, messages, tools, new_messages);
    new_messages = undefined;
    if (suspended !== null)
      return { type: 'suspended', step: suspended, transcript: sent.slice(written.length) };
    if (calls.length > 0)
      return { type: 'requires_action', calls, transcript: [...sent, ...(progress.prompt ?? [])] };
    if (progress.limit !== null) return limited(progress, progress.limit);
    if (schema === null) return answered;
    const parsed = parseStructured(progress.text, schema);
    if (parsed.ok) {
      progress.text = parsed.json;
      yield { type: 'text-delta', delta: progress.text };
      return { type: 'answered', value: parsed.value };
    }
    if (repairs === 1) throw structuredOutputFailed(parsed.errors);
    const limit = reachedLimit({ limits, account, signal }, progress.spent, 0);
    if (limit !== null) return limited(progress, limit);
    messages = [...sent, ...repairPrompt(progress.text, parsed.errors)];
  }
}

/**
 * A conversation that the caller sends may hold results of its tools, and answers that repeat what was read for them,
 * which is not known here.
 */
function addGiven({ prompt, config, progress }: AgentRun, tools: readonly Tool[]): void {
  const given = prompt.given ?? [];
  for (const message of given)
    for (const part of message.role === 'tool' ? message.content : [])
      if (part.type === 'tool-result') progress.untrusted.add(part.toolName);
  const reads =
    config.knowledge.base_ids.length > 0 ||
    tools.some(({ effect, is_trusted }) => effect === 'read' && is_trusted !== true);
  // Messages of a session have ids.
  const isSent =
    given.some(({ role }) => role === 'assistant') ||
    prompt.history.some(({ role, id }) => role === 'assistant' && id === undefined);
  if (reads && isSent) progress.untrusted.add('history');
}

async function* converse(
  ctx: Ctx,
  run: AgentRun,
  messages: readonly LanguageModelV4Message[],
  tools: readonly Tool[],
  new_messages: readonly LanguageModelV4Message[] | undefined,
): AsyncGenerator<RunEvent, LoopResult> {
  const { progress } = run;
  const isBuffered = run.config.output_schema !== null;
  const mayCite = progress.sources.length > 0 || run.tools.length > 0;
  const hasCitations = run.config.knowledge.citations && !isBuffered && mayCite;
  const stream = new AnswerStream({
    ...{ progress, overrides: run.overrides, hasCitations, isBuffered },
  });
  const unrecorded = new_messages === undefined ? {} : { new_messages };
  const loop = runLoop(ctx, { ...loopInput(run, messages, tools), ...unrecorded });
  let next = await loop.next();
  for (; next.done !== true; next = await loop.next()) {
    for (const event of stream.push(next.value)) {
      if (event.type === 'text-delta') progress.first_token_ms ??= ctx.now() - run.started_at;
      yield event;
    }
  }
  yield* stream.end();
  const { last, limit, failure, calls } = next.value;
  if (last !== null) progress.addStep(last);
  progress.limit = limit;
  if (failure !== null && limit === null) throw failure;
  if (calls.length > 0) {
    progress.prompt = toAnswered(last?.model.content ?? [], calls);
    progress.finish_reason = 'tool-calls';
  }
  return next.value;
}

function loopInput(
  run: AgentRun,
  messages: readonly LanguageModelV4Message[],
  tools: readonly Tool[],
): Parameters<typeof runLoop>[1] {
  const { config, overrides, progress } = run;
  return {
    prompt: messages,
    tools,
    call_key: run.call_key,
    operation: run.operation,
    models: modelsFor(config, progress.attached),
    options: { ...modelOptions(config, overrides.output_format), ...overrides.options },
    client: clientTools(overrides, tools),
    context: toolContextOf(run),
    spent: progress.spent,
    cite: (hits) => passagesOf(config, progress.addSources(hits)),
    store: async (step) => {
      progress.addStep(step);
      await run.store(progress);
    },
  };
}

/** The part of a run that its tools and the rules of approval depend on. */
export const toolContextOf = ({
  config,
  progress,
  signal,
  account,
  attribution,
  above,
  overrides,
  earlier,
}: AgentRun): ToolRunContext => ({
  ...{ config, signal, depth: above.length, above },
  attribution: { ...attribution, account },
  untrusted: progress.untrusted,
  ...(earlier === undefined ? {} : { earlier }),
  // A delegate cannot wait: its caller is in the middle of a step.
  can_wait: above.length === 0 && overrides.has_approvals !== false,
  can_ask: above.length === 0 && overrides.can_ask !== false,
});

/** The tools of a run, those that change something simulated where the request wants that. */
export async function toolsOf(ctx: Ctx, run: AgentRun): Promise<Tool[]> {
  const tools = await resolveTools(ctx, run.tools, toolPortsOf(ctx, run));
  return run.overrides.simulates_effects === true ? withoutEffects(tools) : tools;
}

/** The features of a run that its tools use. */
const toolPortsOf = (ctx: Ctx, run: AgentRun): ToolPorts => ({
  readFiles: readFilesOf(ctx, run),
  ...(run.delegate === undefined ? {} : { runAgent: run.delegate }),
});

/** Throws `validation_failed` for a client tool with the name of a tool of the agent. */
function clientTools(overrides: Overrides, tools: readonly Tool[]): ClientTools {
  const { tools: own = [], has_own_choice = false } = overrides;
  const taken = own.find((tool) => tools.some(({ name }) => name === tool.name));
  if (taken !== undefined)
    throw invalid('/tools', `The agent already has a tool named ${taken.name}.`);
  const { tool_choice = null, max_calls = null, resumable = false } = overrides;
  return { tools: own, choice: tool_choice, has_own_choice, max_calls, resumable };
}
