import type { EmbeddingSettings } from '../db/schema/vectors.ts';
import { assertConfigured } from '../llm/index.ts';
import { embeddingPrefixes, findEmbeddingModel, isEmbeddingModel } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';

interface EmbeddingInput {
  readonly embedding_model: string;
  readonly dimensions?: number | undefined;
  readonly query_prefix?: string | undefined;
  readonly document_prefix?: string | undefined;
}

/** Returns the settings of a model, with the prefixes of its card. Throws `validation_failed`. */
export function embeddingSettings(input: EmbeddingInput): EmbeddingSettings {
  const { query, document } = embeddingPrefixes(input.embedding_model);
  return {
    embedding_model: input.embedding_model,
    dimensions: dimensionsOf(input),
    query_prefix: input.query_prefix ?? query,
    document_prefix: input.document_prefix ?? document,
  };
}

/** Returns the length of the vectors. Throws `validation_failed` for a model that cannot have it. */
function dimensionsOf({ embedding_model, dimensions }: EmbeddingInput): number {
  const listed = findEmbeddingModel(embedding_model);
  if (listed === undefined) {
    if (!isEmbeddingModel(embedding_model))
      throw invalid('/embedding_model', `Unknown embedding model: ${embedding_model}.`);
    if (dimensions === undefined)
      throw invalid('/dimensions', `State the length of the vectors of ${embedding_model}.`);
    return dimensions;
  }
  if (dimensions !== undefined && dimensions !== listed.dimensions && !listed.isVariable)
    throw invalid(
      '/dimensions',
      `Vectors of ${embedding_model} have the length ${listed.dimensions}.`,
    );
  return dimensions ?? listed.dimensions;
}

/** Throws `validation_failed` for a model that cannot be called, and for vectors that are longer than those of the index of this deployment. */
export async function assertUsable(
  ctx: Ctx,
  { embedding_model, dimensions }: EmbeddingSettings,
): Promise<void> {
  await assertConfigured(ctx, embedding_model, '/embedding_model');
  const most = await ctx.vectors.maxDimensions();
  if (most !== null && dimensions > most)
    throw invalid(
      '/dimensions',
      `The vector index of this deployment has ${most} dimensions, and the vectors have ${dimensions}.`,
    );
}
