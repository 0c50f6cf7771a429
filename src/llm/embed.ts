import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { estimateTokens } from '../shared/tokens.ts';
import { type Attribution, unknownTokens } from '../usage/index.ts';
import { type EmbeddingModel, findEmbeddingModel } from './embedding-models.ts';
import { Meter } from './meter.ts';
import { toCount } from './read-usage.ts';
import { request } from './request.ts';
import type { Target } from './workspace-models.ts';

export interface EmbedCall extends Attribution {
  readonly model: string;
  readonly values: readonly string[];
  /** `embed` where a caller of the API asks for vectors. */
  readonly operation: 'embed_file' | 'embed_query' | 'embed';
  /** Names the call in the usage table for good: the same call recorded twice is one row. */
  readonly call_key: string;
}

/**
 * The metered call of an embedding model: embeds texts, in their order, and gives the usage rows for
 * the caller's batch, one for each request. The vectors are as long as `embeddingDimensions(model)`.
 * `tokens` is null where the provider does not count them. Throws the provider's failure; what was used until then is recorded all the same.
 */
export async function embed(ctx: Ctx, call: EmbedCall): Promise<{ embeddings: number[][]; tokens: number | null; usage: Statement[] }> {
  const known = findEmbeddingModel(call.model);
  if (known === undefined) throw new Failure('provider_error', `There is no embedding model ${call.model}.`);
  const meter = new Meter(ctx, call);
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
        (target, signal) => embedSome(target, known, rest, signal),
      );
      if (some.length === 0 || some.some((vector) => vector.length !== known.dimensions)) {
        throw new Failure('provider_error', `${call.model} gave vectors of another length than ${known.dimensions}.`);
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
async function embedSome(target: Target, { options }: EmbeddingModel, values: readonly string[], signal: AbortSignal) {
  const model = await (target.provider.embedding as NonNullable<typeof target.provider.embedding>)(target.settings);
  const size = (await model.maxEmbeddingsPerCall) ?? values.length;
  const sent = values.slice(0, size);
  const result = await model.doEmbed({
    values: sent,
    abortSignal: signal,
    ...(options === undefined ? {} : { providerOptions: options }),
  });
  const input_tokens = toCount(result.usage?.tokens) || null;
  const tokens = { ...unknownTokens, input_tokens, output_tokens: 0 };
  return { value: { embeddings: result.embeddings, tokens: input_tokens }, tokens, estimate: () => tokensOf(sent) };
}

const tokensOf = (values: readonly string[]): number => values.reduce((sum, value) => sum + estimateTokens(value), 0);
