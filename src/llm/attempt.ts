import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { type Tokens, unknownTokens } from '../usage/index.ts';
import type { AnswerState, FinishPart } from './answer-state.ts';
import { type CallOptions, optionsFor } from './call-options.ts';
import type { ModelCallContent, ModelCallEvent } from './content.ts';
import {
  type Blame,
  callAborted,
  type Fault,
  modelErrored,
  providerTimedOut,
  streamCutOff,
  toFault,
} from './faults.ts';
import { IdleTimeout, PartReader } from './part-reader.ts';
import { readUsage } from './read-usage.ts';
import { ThinkTags } from './think-tags.ts';
import type { Target } from './workspace-models.ts';

/** The result of one request to one model. */
export interface Attempt {
  readonly content: ModelCallContent;
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  readonly tokens: Tokens;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly fault: Fault | null;
}

/** Sends one request to a model and yields its answer. Returns a fault of the provider instead of throwing it. */
export async function* attempt(
  ctx: Ctx,
  target: Target,
  options: CallOptions,
  signal: AbortSignal,
  state: AnswerState,
): AsyncGenerator<ModelCallEvent, Attempt> {
  const started = ctx.now();
  const { provider, settings, is_own_key } = target;
  const blame: Blame = { provider: provider.name, is_own_key, now: started };
  const connection = new Connection(ctx, signal);
  let fault: Fault | null = null;
  if (provider.thinks_in_text === true)
    state.tags = new ThinkTags(state.content, `${settings.base_url} ${settings.model}`);
  try {
    const parts = await openStream(target, options, connection.signal);
    yield* readStream(ctx, parts, connection.idle, state);
    if (state.end === null) connection.signal.throwIfAborted();
    fault = faultOfEnd(state.end, blame);
  } catch (error) {
    state.tags?.end();
    yield* state.content.take();
    fault = signal.aborted
      ? callAborted(error)
      : connection.signal.aborted
        ? providerTimedOut(blame)
        : toFault(error, blame);
  } finally {
    connection.close();
  }
  return toAttempt(state, fault, started, ctx.now());
}

/** The signal of one request: aborts with the caller's signal, after the idle time-out, and at the end. */
class Connection {
  readonly idle: IdleTimeout;
  readonly #abort = new AbortController();
  readonly #caller: AbortSignal;
  readonly #onAbort: () => void;

  constructor(ctx: Ctx, caller: AbortSignal) {
    this.#caller = caller;
    this.#onAbort = () => this.#abort.abort(caller.reason);
    if (caller.aborted) this.#onAbort();
    caller.addEventListener('abort', this.#onAbort, { once: true });
    this.idle = new IdleTimeout(ctx, () =>
      this.#abort.abort(
        new DOMException('The model sent no data within the time limit.', 'TimeoutError'),
      ),
    );
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Closes the connection, even when the answer was not read to its end. */
  close(): void {
    this.idle.stop();
    this.#caller.removeEventListener('abort', this.#onAbort);
    this.#abort.abort();
  }
}

/** Sends the request. Throws `validation_failed`, before anything is sent, when the provider requires a user message. */
async function openStream(
  target: Target,
  options: CallOptions,
  abortSignal: AbortSignal,
): Promise<PartReader> {
  const sent = optionsFor(options, target);
  const model = await target.language();
  const { stream } = await model.doStream({ ...sent, abortSignal });
  return new PartReader(stream, abortSignal);
}

/** Reads the answer to its end. Throws errors of the stream and errors that a part of it reports. */
async function* readStream(
  ctx: Ctx,
  parts: PartReader,
  idle: IdleTimeout,
  state: AnswerState,
): AsyncGenerator<ModelCallEvent, void> {
  const { content, tags } = state;
  const reader = tags ?? content;
  for (let part = await parts.read(); part !== null; part = await parts.read()) {
    idle.reset();
    if (part.type === 'finish') {
      state.end = part;
      tags?.end();
      content.finish(part.providerMetadata);
      break;
    }
    if (part.type === 'error') throw part.error;
    reader.add(part);
    if (!content.hasEvents) continue;
    state.first_at ??= ctx.now();
    if (await parts.isNextReady()) continue;
    // `yield*` of an array would cost two more promises per event.
    for (const event of content.take()) yield event;
  }
  yield* content.take();
}

/** Returns the fault of an answer that was cut off or that its model ended with an error; null otherwise. */
function faultOfEnd(end: FinishPart | null, blame: Blame): Fault | null {
  if (isCutOff(end)) return streamCutOff(blame);
  const { unified, raw } = end.finishReason;
  return unified === 'error' ? modelErrored(blame, raw) : null;
}

/** Provider packages report the end of a stream that was cut off as a finish without a reason of the provider. */
function isCutOff(end: FinishPart | null): end is null {
  if (end === null) return true;
  const { unified, raw } = end.finishReason;
  return (
    unified === 'interrupted' || (raw === undefined && (unified === 'error' || unified === 'other'))
  );
}

const toAttempt = (
  { content, end, first_at }: AnswerState,
  fault: Fault | null,
  started: number,
  now: number,
): Attempt => ({
  content,
  finish_reason: fault === null && end !== null ? end.finishReason.unified : 'error',
  tokens: end === null ? unknownTokens : readUsage(end.usage, !content.has_begun),
  latency_ms: now - started,
  first_token_ms: first_at === null ? null : first_at - started,
  fault,
});
