import type { LanguageModelV4Message } from '@ai-sdk/provider';
import {
  type ClientTools,
  type LoopEvent,
  type LoopResult,
  reachedLimit,
  resolveTools,
  runLoop,
  type Tool,
  toAnswered,
} from '../../execution/index.ts';
import { parseStructured, repairPrompt, structuredOutputFailed } from '../../llm/index.ts';
import { commitSurely } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid } from '../../shared/failure.ts';
import { insertRunStep, renewRun, selectRunSteps } from '../store.ts';
import { CitationFilter } from './citations.ts';
import type { TurnEvent } from './events.ts';
import type { Progress } from './progress.ts';
import { modelOptions, modelsFor, passagesOf, promptOf } from './prompt.ts';
import { runAgent } from './run-agent.ts';
import { attributionOf, leaseFor, type Turn } from './start-turn.ts';
import { contextOfTurn } from './turn-context.ts';

/**
 * The part of a turn in which the model speaks. Text is passed on as it comes, or, where it has to
 * follow a schema, once it does: one repair is asked for, then `structured_output_failed` is thrown.
 */
export async function* answer(
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
): AsyncGenerator<TurnEvent, void> {
  const tools = await resolveTools(ctx, turn.tools, { runAgent });
  const { limits, output_schema: schema } = turn.config;
  const { signal } = turn;
  const given = contextOfTurn(turn, progress.sources, progress.attached);
  progress.context = given.context;
  const asked = { ...turn, history: given.messages, summary: given.summary };
  let prompt: readonly LanguageModelV4Message[] = promptOf(
    asked,
    progress.sources,
    progress.attached,
  );
  for (let repairs = 0; ; repairs += 1) {
    const result = yield* converse(ctx, turn, progress, {
      prompt,
      tools,
      signal,
      isHeld: schema !== null,
    });
    if (result.calls.length > 0) endWithCalls(progress, result);
    if (schema === null || progress.limit !== null || result.calls.length > 0) return;
    const parsed = parseStructured(progress.text, schema);
    if (parsed.ok) {
      progress.text = parsed.json;
      yield { type: 'text', delta: progress.text };
      return;
    }
    if (repairs === 1) throw structuredOutputFailed(parsed.errors);
    progress.limit = reachedLimit({ limits, account: turn.account, signal }, progress.spent, 0);
    if (progress.limit !== null) return;
    prompt = [...result.prompt, ...repairPrompt(progress.text, parsed.errors)];
  }
}

interface Conversation {
  readonly prompt: readonly LanguageModelV4Message[];
  readonly tools: readonly Tool[];
  readonly signal: AbortSignal;
  /** Text is gathered, not passed on. */
  readonly isHeld: boolean;
}

async function* converse(
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
  conversation: Conversation,
): AsyncGenerator<TurnEvent, LoopResult> {
  const { prompt, tools, signal, isHeld } = conversation;
  const speech = new Speech(turn, progress, isHeld);
  const loop = runLoop(ctx, {
    prompt,
    tools,
    call_key: turn.run.id,
    operation: turn.run.is_preview ? 'preview' : 'answer',
    models: modelsFor(turn.config, progress.attached),
    options: {
      ...modelOptions(turn.config, turn.overrides.output_format),
      ...turn.overrides.options,
    },
    client: clientOf(turn, tools),
    context: { config: turn.config, depth: 0, attribution: attributionOf(turn), signal },
    spent: progress.spent,
    cite: (hits) => passagesOf(turn.config, progress.addSources(hits)),
    store: async (round) => {
      progress.addRound(round);
      await storeRound(ctx, turn, progress);
    },
  });
  let next = await loop.next();
  for (; next.done !== true; next = await loop.next()) {
    for (const event of speech.hear(next.value)) {
      progress.first_token_ms ??= event.type === 'text' ? ctx.now() - turn.run.created_at : null;
      yield event;
    }
  }
  yield* speech.end();
  const { last, limit, failure } = next.value;
  if (last !== null) progress.addRound(last);
  progress.limit = limit;
  if (failure !== null && limit === null) throw failure;
  return next.value;
}

/** Steps that are over are stored before the next begins: a crash loses neither what was done nor what it cost. */
async function storeRound(ctx: Ctx, turn: Turn, progress: Progress): Promise<void> {
  const { steps, usage } = progress.take();
  const rows = steps.map((step) => insertRunStep(ctx.db, step));
  const change = {
    statements: [...rows, ...usage, ...renewRun(ctx.db, turn.run, ctx.now() + leaseFor)],
  };
  const last = steps.at(-1)?.id;
  await commitSurely(ctx, change, async () =>
    (await selectRunSteps(ctx.db, ctx.workspace_id, turn.run.id)).some(({ id }) => id === last),
  );
}

/** Turns what the loop tells into what the turn tells: text without markers that cite nothing, tools by name. */
class Speech {
  readonly #filter: CitationFilter | null;
  readonly #progress: Progress;
  readonly #isHeld: boolean;
  readonly #client: Turn['overrides'];
  readonly #asked = new Map<string, boolean>();
  #isNewPart = false;
  /** The answer before what the model is saying now. */
  #before = '';

  constructor(turn: Turn, progress: Progress, isHeld: boolean) {
    const mayCite =
      turn.config.knowledge.citations &&
      !isHeld &&
      (progress.sources.length > 0 || turn.tools.length > 0);
    this.#filter = mayCite ? new CitationFilter(() => progress.sources) : null;
    this.#progress = progress;
    this.#isHeld = isHeld;
    this.#client = turn.overrides;
  }

  hear(event: LoopEvent): TurnEvent[] {
    switch (event.type) {
      case 'text':
        return this.#say(this.#filter === null ? event.delta : this.#filter.push(event.delta));
      case 'text-was-reasoning':
        this.#takeBack();
        return [];
      case 'round': {
        const rest = this.end();
        this.#isNewPart = true;
        return [...rest, event];
      }
      case 'tool-input-start':
        // What was held back belongs to the text before the call.
        return [
          ...this.end(),
          ...(this.#mayAsk(event.tool_call_id, event.tool_name) ? [event] : []),
        ];
      case 'tool-input-delta':
        return this.#asked.get(event.tool_call_id) === false ? [] : [event];
      case 'tool-call':
        return [{ ...event, input: readArguments(event.input) }];
      case 'tool-result': {
        const { tool_call_id, outcome, latency_ms } = event.called;
        if (!outcome.ok)
          return [{ type: 'tool-error', tool_call_id, error: outcome.error, latency_ms }];
        return [{ type: 'tool-output', tool_call_id, output: outcome.output, latency_ms }];
      }
      default:
        return [event];
    }
  }

  end(): TurnEvent[] {
    return this.#filter === null ? [] : this.#say(this.#filter.end());
  }

  #takeBack(): void {
    this.#filter?.end();
    if (this.#isNewPart) return;
    this.#progress.text = this.#before;
    this.#isNewPart = true;
  }

  /** More calls of the caller's tools than one answer may have are not shown, as they are not kept. */
  #mayAsk(id: string, name: string): boolean {
    const { tools, most_calls } = this.#client;
    if (most_calls === undefined || !tools?.some((tool) => tool.name === name)) return true;
    const mayAsk = this.#asked.size < most_calls;
    this.#asked.set(id, mayAsk);
    return mayAsk;
  }

  #say(delta: string): TurnEvent[] {
    if (delta === '') return [];
    if (this.#isNewPart) this.#before = this.#progress.text;
    // Only the last answer has to follow a schema; what was said on the way to it is not part of it.
    if (this.#isNewPart)
      this.#progress.text =
        this.#isHeld || this.#progress.text === '' ? '' : `${this.#progress.text.trimEnd()}\n\n`;
    this.#isNewPart = false;
    this.#progress.text += delta;
    return this.#isHeld ? [] : [{ type: 'text', delta }];
  }
}

/** What a model has to say in a form of its own is not what it says before it asks for a tool. */
function endWithCalls(progress: Progress, { last, calls }: LoopResult): void {
  progress.prompt = toAnswered(last?.model.content ?? [], calls);
  progress.finish_reason = 'tool-calls';
}

/** Throws `validation_failed` for a tool that is called like one of the agent's. */
function clientOf({ overrides }: Turn, tools: readonly Tool[]): ClientTools {
  const {
    tools: own = [],
    tool_choice = null,
    has_own_choice = false,
    most_calls = null,
  } = overrides;
  const taken = own.find((tool) => tools.some(({ name }) => name === tool.name));
  if (taken !== undefined)
    throw invalid('/tools', `The agent has a tool ${taken.name} of its own.`);
  return { tools: own, choice: tool_choice, has_own_choice, most_calls };
}

function readArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text.slice(0, 1000);
  }
}
