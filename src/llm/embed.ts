import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import { findEmbeddingModel, isEmbeddingModel } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
import { CallMeter } from './meter.ts';
import { toCount } from './read-usage.ts';
import { request } from './request.ts';
import type { Target } from './workspace-models.ts';

export interface EmbedCall extends Attribution {
  readonly model: string;
  readonly values: readonly string[];
  /** Asks a model that is not in our table for vectors of this length; the others have one of their own. */
  readonly dimensions?: number;
  /** `embed` where a caller of the API asks for vectors. */
  readonly operation: 'embed_file' | 'embed_query' | 'embed';
  /** Names the call in the usage table for good: the same call recorded twice is one row. */
  readonly call_key: string;
}

/**
 * The metered call of an embedding model: embeds texts, in their order, and gives the usage rows for
 * the caller's batch, one for each request. The vectors are as long as `embeddingDimensions(model)`, where that is known.
 * `tokens` is null where the provider does not count them. Throws the provider's failure; what was used until then is recorded all the same.
 */
export async function embed(
  ctx: Ctx,
  call: EmbedCall,
): Promise<{ embeddings: number[][]; tokens: number | null; usage: Statement[] }> {
  const known = findEmbeddingModel(call.model);
  if (known === undefined && !isEmbeddingModel(call.model))
    throw new Failure('provider_error', `There is no embedding model ${call.model}.`);
  const dimensions = known?.dimensions ?? call.dimensions;
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
        (target, signal) =>
          embedSome(target, known?.options ?? lengthOption(call.dimensions), rest, signal),
      );
      if (some.length === 0)
        throw new Failure('provider_error', `${call.model} returned no vectors.`);
      if (dimensions !== undefined && some.some((vector) => vector.length !== dimensions)) {
        throw new Failure(
          'provider_error',
          `${call.model} returned vectors of another length than ${dimensions}.`,
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

/** As many of the values as the model takes at once. */
async function embedSome(
  target: Target,
  options: SharedV4ProviderOptions | undefined,
  values: readonly string[],
  signal: AbortSignal,
) {
  const { provider } = target;
  if (provider.embedding === undefined)
    throw new Failure('provider_error', `${provider.name} has no embedding models here.`);
  const model = await provider.embedding(target.settings);
  const size = (await model.maxEmbeddingsPerCall) ?? values.length;
  const sent = values.slice(0, size);
  const result = await model.doEmbed({
    values: sent,
    abortSignal: signal,
    ...(options === undefined ? {} : { providerOptions: options }),
  });
  const input_tokens = toCount(result.usage?.tokens) || null;
  const tokens = { ...unknownTokens, input_tokens, output_tokens: 0 };
  return {
    value: { embeddings: result.embeddings, tokens: input_tokens },
    tokens,
    estimate: () => tokensOf(sent),
  };
}

/** Each package reads its own provider's. */
const lengthOption = (dimensions: number | undefined): SharedV4ProviderOptions | undefined =>
  dimensions === undefined
    ? undefined
    : {
        openai: { dimensions },
        openaiCompatible: { dimensions },
        google: { outputDimensionality: dimensions },
      };

const tokensOf = (values: readonly string[]): number =>
  values.reduce((sum, value) => sum + estimateTokens(value), 0);
