import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import { findEmbeddingModel, isEmbeddingModel } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
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
  readonly operation: 'embed_file' | 'embed_query' | 'embed';
  /** Identifies the call in the usage table. Recording a call twice leaves one row. */
  readonly call_key: string;
}

/**
 * Calls an embedding model and meters the call. Returns the vectors in the order of the texts and the
 * usage statements for the caller's batch, one for each request. The vectors have the requested
 * length, or the listed one. `tokens` is null when the provider does not report them. Throws the provider's failure; usage up to then is still recorded.
 */
export async function embed(
  ctx: Ctx,
  call: EmbedCall,
): Promise<{ embeddings: number[][]; tokens: number | null; usage: Statement[] }> {
  const listed = findEmbeddingModel(call.model);
  if (listed === undefined && !isEmbeddingModel(call.model))
    throw new Failure('provider_error', `Unknown embedding model ${call.model}.`);
  const isFixed = listed !== undefined && !listed.isVariable;
  const dimensions = isFixed ? listed.dimensions : (call.dimensions ?? listed?.dimensions);
  const options = embeddingOptions(call.purpose, isFixed ? undefined : dimensions);
  const meter = new CallMeter(ctx, call);
  const embeddings: number[][] = [];
  let tokens: number | null = 0;
  try {
    while (embeddings.length < call.values.length) {
      const rest = call.values.slice(embeddings.length);
      const { embeddings: some, tokens: used } = await request(
        ctx,
        meter,
        call.model,
        'embedding',
        () => tokensOf(rest),
        (target, signal) => embedSome(target, options, rest, signal),
      );
      if (some.length === 0)
        throw new Failure('provider_error', `${call.model} returned no vectors.`);
      if (dimensions !== undefined && some.some((vector) => vector.length !== dimensions)) {
        throw new Failure(
          'provider_error',
          `${call.model} returned vectors with a length other than ${dimensions}.`,
        );
      }
      embeddings.push(...some);
      tokens = tokens === null || used === null ? null : tokens + used;
    }
  } catch (error) {
    meter.closeLater();
    throw error;
  }
  return { embeddings, tokens, usage: meter.close() };
}

/** Embeds as many of the values as the model accepts in one request. */
async function embedSome(
  target: Target,
  options: SharedV4ProviderOptions,
  values: readonly string[],
  signal: AbortSignal,
) {
  const { provider } = target;
  if (provider.embedding === undefined)
    throw new Failure('provider_error', `Embedding models of ${provider.name} are not supported.`);
  const model = await provider.embedding(target.settings);
  const size = (await model.maxEmbeddingsPerCall) ?? values.length;
  const sent = values.slice(0, size);
  const result = await model.doEmbed({
    values: sent,
    abortSignal: signal,
    providerOptions: options,
  });
  const input_tokens = toCount(result.usage?.tokens) || null;
  const tokens = { ...unknownTokens, input_tokens, output_tokens: 0 };
  return {
    value: { embeddings: result.embeddings, tokens: input_tokens },
    tokens,
    estimate: () => tokensOf(sent),
  };
}

const tokensOf = (values: readonly string[]): number =>
  values.reduce((sum, value) => sum + estimateTokens(value), 0);
