import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import { findEmbeddingModel, isEmbeddingModel } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
import { embeddingLimits, keepEmbeddingLimits, narrowerLimits } from './embedding-limits.ts';
import { type EmbeddingPurpose, embeddingOptions } from './embedding-options.ts';
import { CallMeter } from './meter.ts';
import { toCount } from './read-usage.ts';
import { request } from './request.ts';
import type { Target } from './workspace-models.ts';

export interface EmbedCall extends Attribution {
  readonly model: string;
  readonly values: readonly string[];
  /** Length of the vectors to request; ignored for a model with one length. */
  readonly dimensions?: number;
  readonly purpose?: EmbeddingPurpose | undefined;
  /** `embed` is a request of an API client. */
  readonly operation: 'embed_file' | 'embed_query' | 'embed_evaluation' | 'embed';
  /** Identifies the call in the usage table. Recording a call twice leaves one row. */
  readonly call_key: string;
}

/**
 * Calls an embedding model and meters the call. Returns the vectors in the order of the texts and the
 * usage statements for the caller's batch, one for each request. The vectors have the requested
 * length, or the listed one. Requests that a server rejects are sent in smaller parts, and without the length if it refuses that.
 * `tokens` is null when the provider does not report them. Throws the provider's failure; usage up to then is still recorded.
 */
export async function embed(
  ctx: Ctx,
  call: EmbedCall,
): Promise<{
  embeddings: number[][];
  tokens: number | null;
  cost_nano_usd: NanoUsd | null;
  usage: Statement[];
}> {
  const listed = findEmbeddingModel(call.model);
  if (listed === undefined && !isEmbeddingModel(call.model))
    throw new Failure('provider_error', `Unknown embedding model ${call.model}.`);
  const isFixed = listed !== undefined && !listed.isVariable;
  const dimensions = isFixed ? listed.dimensions : (call.dimensions ?? listed?.dimensions);
  const requested = isFixed ? undefined : dimensions;
  const key = `${ctx.workspace_id} ${call.model}`;
  let limits = embeddingLimits(key, ctx.now());
  const meter = new CallMeter(ctx, call);
  const embeddings: number[][] = [];
  let tokens: number | null = 0;
  try {
    while (embeddings.length < call.values.length) {
      const rest = call.values.slice(embeddings.length, embeddings.length + limits.size);
      const length = limits.takesLength ? requested : undefined;
      const options = embeddingOptions(call.model, call.purpose, length);
      let narrower: typeof limits | null = null;
      try {
        const some = await request(
          ctx,
          meter,
          call.model,
          'embedding',
          () => tokensOf(rest),
          (target, signal) =>
            embedSome(target, options, rest, signal, (error, texts) => {
              narrower = narrowerLimits(error, limits, { texts, length });
            }),
        );
        checkVectors(call.model, some, dimensions);
        embeddings.push(...some.embeddings);
        tokens = tokens === null || some.tokens === null ? null : tokens + some.tokens;
      } catch (error) {
        if (narrower === null) throw error;
        limits = narrower;
        keepEmbeddingLimits(key, limits, ctx.now());
      }
    }
  } catch (error) {
    meter.closeLater();
    throw error;
  }
  return { embeddings, tokens, cost_nano_usd: meter.cost_nano_usd, usage: meter.close() };
}

/** Embeds as many of the values as the model accepts in one request. `onError` gets its error and the number of texts. */
async function embedSome(
  target: Target,
  options: SharedV4ProviderOptions,
  values: readonly string[],
  signal: AbortSignal,
  onError: (error: unknown, sent: number) => void,
) {
  const { provider } = target;
  if (provider.embedding === undefined)
    throw new Failure('provider_error', `Embedding models of ${provider.name} are not supported.`);
  const model = await provider.embedding(target.settings);
  const size = (await model.maxEmbeddingsPerCall) ?? values.length;
  const sent = values.slice(0, size);
  const request = { values: sent, abortSignal: signal, providerOptions: options };
  const result = await Promise.resolve(model.doEmbed(request)).catch((error: unknown) => {
    onError(error, sent.length);
    throw error;
  });
  const input_tokens = toCount(result.usage?.tokens) || null;
  const tokens = { ...unknownTokens, input_tokens, output_tokens: 0 };
  return {
    value: {
      embeddings: inOrder(result.embeddings, result.response?.body),
      sent: sent.length,
      tokens: input_tokens,
    },
    tokens,
    estimate: () => tokensOf(sent),
  };
}

/** Some servers return vectors in another order than that of the texts, with their indexes. */
function inOrder(embeddings: number[][], body: unknown): number[][] {
  const data = (body as { data?: unknown } | undefined)?.data;
  if (!Array.isArray(data)) return embeddings;
  const places = new Map(data.map((item, at) => [(item as { index?: unknown } | null)?.index, at]));
  const ordered = embeddings.map((_, index) => embeddings[places.get(index) ?? -1]);
  return ordered.every((vector) => vector !== undefined) ? ordered : embeddings;
}

/** Throws `provider_error` for vectors that are not those of the texts. */
function checkVectors(
  model: string,
  { embeddings, sent }: { readonly embeddings: readonly number[][]; readonly sent: number },
  dimensions: number | undefined,
): void {
  const failed = (what: string) => new Failure('provider_error', `${model} returned ${what}.`);
  if (embeddings.length !== sent) throw failed(`${embeddings.length} vectors for ${sent} texts`);
  if (dimensions !== undefined && embeddings.some(({ length }) => length !== dimensions))
    throw failed(`vectors with a length other than ${dimensions}`);
  // Texts without words have no vector of `builtin/lexical`; a model that returns zeros has not embedded them.
  if (!model.startsWith('builtin/') && embeddings.some((vector) => !vector.some(Boolean)))
    throw failed('a vector of zeros');
}

const tokensOf = (values: readonly string[]): number =>
  values.reduce((sum, value) => sum + estimateTokens(value), 0);
