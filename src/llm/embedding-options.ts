import type { SharedV4ProviderOptions } from '@ai-sdk/provider';

/** The purpose of a vector. Models that tell questions from documents find more with it. */
export type EmbeddingPurpose = 'query' | 'document';

/** Returns the options for a purpose and a vector length. Each provider package reads its own key. */
export function embeddingOptions(
  model: string,
  purpose: EmbeddingPurpose | undefined,
  dimensions: number | undefined,
): SharedV4ProviderOptions {
  const length = (name: string, lengths?: readonly number[]) =>
    dimensions === undefined || lengths?.includes(dimensions) === false
      ? {}
      : { [name]: dimensions };
  const isCohere4 = /\bembed-v4/.test(model);
  const cohere = {
    ...(isCohere4 ? length('outputDimension', [256, 512, 1024, 1536]) : {}),
    inputType: cohereType[purpose ?? 'document'],
  };
  return {
    openai: length('dimensions'),
    openaiCompatible: length('dimensions'),
    mistral: length('outputDimension'),
    google: {
      ...length('outputDimensionality'),
      ...(purpose === undefined ? {} : { taskType: googleTask[purpose] }),
    },
    cohere,
    bedrock: {
      ...cohere,
      ...length('dimensions', [256, 512, 1024]),
      ...length('embeddingDimension', [256, 384, 1024]),
      ...(purpose === undefined ? {} : { embeddingPurpose: novaPurpose[purpose] }),
    },
    voyage: {
      ...length('outputDimension'),
      ...(purpose === undefined ? {} : { inputType: purpose }),
    },
  };
}

const googleTask = { query: 'RETRIEVAL_QUERY', document: 'RETRIEVAL_DOCUMENT' };
const cohereType = { query: 'search_query', document: 'search_document' };
const novaPurpose = { query: 'TEXT_RETRIEVAL', document: 'GENERIC_INDEX' };
