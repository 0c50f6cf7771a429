import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { type Tokens, unknownTokens } from '../usage/index.ts';
import { ModelCallContent, type ModelCallEvent } from './content.ts';
import { type Blame, brokenOff, type Fault, givenUp, silent, stopped, toFault } from './faults.ts';
import { PartReader, SilenceWatch } from './part-reader.ts';
import { schemasFor } from './provider-schema.ts';
import { readUsage } from './read-usage.ts';
import { ThinkTags } from './think-tags.ts';
import type { Target } from './workspace-models.ts';

export type CallOptions = Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>;

/** One request to one model and what came of it. */
export interface Attempt {
  readonly content: ModelCallContent;
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  readonly tokens: Tokens;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly fault: Fault | null;
}

/** Makes one attempt. Does not throw for a fault of the provider. */
export async function* attempt(
  ctx: Ctx,
  target: Target,
  options: CallOptions,
  signal: AbortSignal,
  heard: Heard,
): AsyncGenerator<ModelCallEvent, Attempt> {
  const started = ctx.now();
  const blame: Blame = {
    provider: target.provider.name,
    is_own_key: target.is_own_key,
    now: started,
  };
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const watch = new SilenceWatch(ctx, () =>
    abort.abort(new DOMException('The model sent no data within the time limit.', 'TimeoutError')),
  );
  let fault: Fault | null = null;
  const { settings, provider } = target;
  if (provider.thinks_in_text === true)
    heard.tags = new ThinkTags(heard.content, `${settings.base_url} ${settings.model}`);
  try {
    refuseWithoutQuestion(options, target);
    const model = await target.language();
    const { stream } = await model.doStream({
      ...options,
      ...withProviderOptions(options, target),
      ...schemasFor(options, provider),
      abortSignal: abort.signal,
    });
    yield* listen(ctx, new PartReader(stream, abort.signal), watch, heard);
    if (heard.end === null) abort.signal.throwIfAborted();
    if (isCut(heard.end)) fault = brokenOff(blame);
    else if (heard.end.finishReason.unified === 'error')
      fault = givenUp(blame, heard.end.finishReason.raw);
  } catch (error) {
    heard.tags?.end();
    yield* heard.content.take();
    fault = signal.aborted
      ? stopped(error)
      : abort.signal.aborted
        ? silent(blame)
        : toFault(error, blame);
  } finally {
    watch.stop();
    signal.removeEventListener('abort', onAbort);
    // Ends the connection, also when nobody wants the rest; after a whole answer it ends nothing.
    abort.abort();
  }
  return {
    content: heard.content,
    finish_reason: fault === null && heard.end !== null ? heard.end.finishReason.unified : 'error',
    tokens:
      heard.end === null ? unknownTokens : readUsage(heard.end.usage, !heard.content.has_begun),
    latency_ms: ctx.now() - started,
    first_token_ms: heard.first_at === null ? null : heard.first_at - started,
    fault,
  };
}

export const nothingHeard = (): Heard => ({
  content: new ModelCallContent(),
  tags: null,
  end: null,
  first_at: null,
});

type End = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

/** What has come so far, for whoever has to pay for it when nobody reads on. */
export interface Heard {
  readonly content: ModelCallContent;
  /** Where reasoning may come in the text. */
  tags: ThinkTags | null;
  end: End | null;
  /** When the first event was there to be handed out. */
  first_at: number | null;
}

/** Reads to the end of the answer. Throws what the stream throws, and the errors that it names. */
async function* listen(
  ctx: Ctx,
  parts: PartReader,
  watch: SilenceWatch,
  heard: Heard,
): AsyncGenerator<ModelCallEvent, void> {
  const { content, tags } = heard;
  const reader = tags ?? content;
  for (let part = await parts.read(); part !== null; part = await parts.read()) {
    watch.heard();
    if (part.type === 'finish') {
      heard.end = part;
      tags?.end();
      content.finish(part.providerMetadata);
      break;
    }
    if (part.type === 'error') throw part.error;
    reader.add(part);
    if (!content.hasEvents) continue;
    heard.first_at ??= ctx.now();
    if (await parts.isNextHere()) continue;
    // A `yield*` of an array would cost two more promises an event.
    for (const event of content.take()) yield event;
  }
  yield* content.take();
}

/** Provider packages whose stream was cut off say that it finished, too, but without a reason of the provider's. */
function isCut(end: End | null): end is null {
  if (end === null) return true;
  const { unified, raw } = end.finishReason;
  return (
    unified === 'interrupted' || (raw === undefined && (unified === 'error' || unified === 'other'))
  );
}

/** The caller's options for a provider go before what every call to it carries. */
function withProviderOptions(
  { providerOptions }: CallOptions,
  { provider }: Target,
): Pick<CallOptions, 'providerOptions'> {
  if (provider.options === undefined) return {};
  const names = new Set([...Object.keys(provider.options), ...Object.keys(providerOptions ?? {})]);
  return {
    providerOptions: Object.fromEntries(
      [...names].map((name) => [name, { ...provider.options?.[name], ...providerOptions?.[name] }]),
    ),
  };
}

/** Throws `validation_failed` before anything is sent; a fallback model may take it. */
function refuseWithoutQuestion({ prompt }: CallOptions, { provider }: Target): void {
  if (provider.needs_question === undefined || prompt.some(({ role }) => role === 'user')) return;
  throw new Failure(
    'validation_failed',
    `${provider.name} requires at least one user message.`,
  );
}
