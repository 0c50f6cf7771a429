import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';
import { type Tokens, unknownTokens } from '../usage/index.ts';
import { StepContent, type StepEvent } from './content.ts';
import { type Blame, brokenOff, type Fault, silent, stopped, toFault } from './faults.ts';
import type { Target } from './workspace-models.ts';

export type CallOptions = Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>;

/** One request to one model and what came of it. */
export interface Attempt {
  readonly content: StepContent;
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  readonly tokens: Tokens;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly fault: Fault | null;
}

/** A model that says nothing for this long has been lost; some think for minutes, but send signs of life. */
const silence = 2 * minute;

/**
 * Turns of the microtask queue that a delta waits for one that came in the same piece off the
 * network: that many steps a provider package may take between two events of one piece. It waits
 * for nothing that is still on its way.
 */
const patience = 24;

/** Makes one attempt. Does not throw for a fault of the provider. */
export async function* attempt(ctx: Ctx, target: Target, options: CallOptions, signal: AbortSignal): AsyncGenerator<StepEvent, Attempt> {
  const started = ctx.now();
  const content = new StepContent();
  const blame: Blame = { provider: target.provider.name, is_own_key: target.is_own_key, now: started };
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const watch = new SilenceWatch(ctx, () => abort.abort(new DOMException('The model said nothing for too long.', 'TimeoutError')));
  let first_token_ms: number | null = null;
  let tokens = unknownTokens;
  let finish_reason: Attempt['finish_reason'] = 'error';
  let fault: Fault | null = null;
  try {
    const model = await target.provider.language(target.settings);
    const { stream } = await model.doStream({ ...options, ...withProviderOptions(options, target), abortSignal: abort.signal });
    const parts = new PartReader(stream, abort.signal);
    for (let part = await parts.read(); part !== null; part = await parts.read()) {
      watch.heard();
      if (part.type === 'finish') {
        tokens = toTokens(part.usage);
        finish_reason = part.finishReason.unified;
        // Provider packages that were cut off finish too, without a reason of the provider's.
        const isCut =
          finish_reason === 'interrupted' ||
          finish_reason === 'error' ||
          (finish_reason === 'other' && part.finishReason.raw === undefined);
        if (isCut) fault = brokenOff(blame);
        break;
      }
      if (part.type === 'error') throw part.error;
      content.add(part);
      if (!content.hasEvents || (await parts.isNextHere())) continue;
      first_token_ms ??= ctx.now() - started;
      yield* content.take();
    }
    if (content.hasEvents) {
      first_token_ms ??= ctx.now() - started;
      yield* content.take();
    }
    if (finish_reason === 'error' && fault === null) {
      abort.signal.throwIfAborted();
      fault = brokenOff(blame);
    }
  } catch (error) {
    if (content.hasEvents) {
      first_token_ms ??= ctx.now() - started;
      yield* content.take();
    }
    fault = signal.aborted ? stopped(error) : abort.signal.aborted ? silent(blame) : toFault(error, blame);
  } finally {
    watch.stop();
    signal.removeEventListener('abort', onAbort);
    // Ends the connection, also when nobody wants the rest; after a whole answer it ends nothing.
    abort.abort();
  }
  const latency_ms = ctx.now() - started;
  return { content, finish_reason: fault === null ? finish_reason : 'error', tokens, latency_ms, first_token_ms, fault };
}

/** The caller's options for a provider go before what every call to it carries. */
function withProviderOptions({ providerOptions }: CallOptions, { provider }: Target): Pick<CallOptions, 'providerOptions'> {
  if (provider.options === undefined) return {};
  const names = new Set([...Object.keys(provider.options), ...Object.keys(providerOptions ?? {})]);
  return {
    providerOptions: Object.fromEntries([...names].map((name) => [name, { ...provider.options?.[name], ...providerOptions?.[name] }])),
  };
}

export const toTokens = ({ inputTokens, outputTokens }: LanguageModelV4Usage): Tokens => ({
  // Some packages say 0 where the provider said nothing; no call has an empty prompt.
  input_tokens: inputTokens.total || null,
  cache_read_tokens: inputTokens.cacheRead ?? null,
  cache_write_tokens: inputTokens.cacheWrite ?? null,
  output_tokens: outputTokens.total ?? null,
  reasoning_tokens: outputTokens.reasoning ?? null,
});

type Read = ReadableStreamReadResult<LanguageModelV4StreamPart>;

/** Reads one part ahead, so that it can be told whether another is here already. */
class PartReader {
  readonly #reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
  #next: Promise<Read>;
  #isHere = false;

  constructor(stream: ReadableStream<LanguageModelV4StreamPart>, signal: AbortSignal) {
    this.#reader = stream.getReader();
    this.#next = this.#ask();
    const cancel = () => void this.#reader.cancel().catch(() => undefined);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  }

  async read(): Promise<LanguageModelV4StreamPart | null> {
    const { done, value } = await this.#next;
    if (done) return null;
    this.#next = this.#ask();
    return value;
  }

  async isNextHere(): Promise<boolean> {
    for (let turn = 0; turn < patience && !this.#isHere; turn += 1) await null;
    return this.#isHere;
  }

  #ask(): Promise<Read> {
    this.#isHere = false;
    const next = this.#reader.read();
    const arrive = () => {
      this.#isHere = true;
    };
    next.then(arrive, arrive);
    return next;
  }
}

/** Notices when nothing has been heard for too long, with one timer for the whole call. */
class SilenceWatch {
  readonly #ctx: Ctx;
  readonly #onSilence: () => void;
  #heard_at: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(ctx: Ctx, onSilence: () => void) {
    this.#ctx = ctx;
    this.#onSilence = onSilence;
    this.#heard_at = ctx.now();
    this.#timer = setTimeout(() => this.#look(), silence);
  }

  heard(): void {
    this.#heard_at = this.#ctx.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#heard_at + silence - this.#ctx.now();
    if (left <= 0) this.#onSilence();
    else this.#timer = setTimeout(() => this.#look(), left);
  }
}
