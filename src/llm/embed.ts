import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { type Attribution, recordUsage, unknownTokens } from '../usage/index.ts';
import { findEmbeddingModel } from './registry.ts';

export interface EmbedCall extends Attribution {
  readonly model: string;
  readonly values: readonly string[];
  readonly operation: 'embed_file' | 'embed_query';
  /** Names the call in the usage table for good: the same call recorded twice is one row. */
  readonly call_key: string;
}

/**
 * Embeds texts, in their order, and gives the usage row for the caller's batch. The vectors are as
 * long as `embeddingDimensions(model)`.
 */
export async function embed(ctx: Ctx, call: EmbedCall): Promise<{ embeddings: number[][]; usage: Statement }> {
  const { model: name, values, ...attribution } = call;
  const model = findEmbeddingModel(name);
  const started = ctx.now();
  const size = (await model.maxEmbeddingsPerCall) ?? values.length;
  const embeddings: number[][] = [];
  let tokens: number | null = 0;
  for (let start = 0; start < values.length; start += size) {
    const result = await model.doEmbed({ values: values.slice(start, start + size), abortSignal: ctx.signal });
    embeddings.push(...result.embeddings);
    tokens = tokens === null || result.usage === undefined ? null : tokens + result.usage.tokens;
  }
  const latency_ms = ctx.now() - started;
  ctx.meter.llm_ms += latency_ms;
  const { statement } = recordUsage(ctx, {
    ...attribution,
    provider: model.provider,
    model: model.modelId,
    tokens: { ...unknownTokens, input_tokens: tokens, output_tokens: 0 },
    latency_ms,
    first_token_ms: null,
    status: 'ok',
  });
  return { embeddings, usage: statement };
}
