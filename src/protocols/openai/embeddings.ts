import { embed } from '../../llm/index.ts';
import { findEmbeddingModel, isEmbeddingModel } from '../../models/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { withRetry } from '../../platform/with-retry.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { unknownEmbeddingModel, unsupported } from './errors.ts';
import type { CreateEmbeddings, Embeddings } from './schema.ts';

/**
 * Returns one vector per text. The call is metered and subject to budgets. Throws
 * `model_not_found`, `validation_failed`, or the failure of the provider.
 */
export async function createEmbeddings(ctx: Ctx, input: CreateEmbeddings): Promise<Embeddings> {
  const { model, encoding_format, dimensions, user } = input;
  const listed = findEmbeddingModel(model);
  if (listed === undefined && !isEmbeddingModel(model)) throw unknownEmbeddingModel();
  const isFixed = listed !== undefined && !listed.isVariable;
  if (isFixed && dimensions !== undefined && dimensions !== listed.dimensions) {
    throw unsupported(
      '/dimensions',
      `This model returns vectors of length ${listed.dimensions}; other lengths are not supported.`,
    );
  }
  const values = typeof input.input === 'string' ? [input.input] : input.input;
  const call_key = `${ctx.request_id}:${ctx.newId('use')}`;
  const request = {
    model,
    values,
    ...(dimensions === undefined ? {} : { dimensions }),
    operation: 'embed',
    call_key,
  } as const;
  const { embeddings, tokens, usage } = await embed(ctx, { ...request, end_user_id: user ?? null });
  const prompt_tokens = tokens ?? values.reduce((sum, text) => sum + estimateTokens(text), 0);
  const reply: Embeddings = {
    object: 'list',
    data: embeddings.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding_format === 'base64' ? toBase64(vector) : vector,
    })),
    model,
    usage: { prompt_tokens, total_tokens: prompt_tokens },
  };
  await withRetry(() => commit(ctx, { statements: usage, reply }));
  return reply;
}

/** Encodes a vector as OpenAI does: base64 of little-endian 32-bit floats. */
function toBase64(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  let bytes = '';
  for (let index = 0; index < view.byteLength; index += 1)
    bytes += String.fromCharCode(view.getUint8(index));
  return btoa(bytes);
}
