import type { SharedV4ProviderOptions } from '@ai-sdk/provider';

/** The purpose of a vector. Models that tell questions from documents find more with it. */
export type EmbeddingPurpose = 'query' | 'document';

/** Returns the options for a purpose and a vector length. Each provider package reads its own key. */
export function embeddingOptions(
  purpose: EmbeddingPurpose | undefined,
  dimensions: number | undefined,
): SharedV4ProviderOptions {
  return {
    ...(dimensions === undefined
      ? {}
      : { openai: { dimensions }, openaiCompatible: { dimensions } }),
    google: {
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
      ...(purpose === undefined ? {} : { taskType: googleTask[purpose] }),
    },
    cohere: {
      ...(isCohereLength(dimensions) ? { outputDimension: dimensions } : {}),
      inputType: cohereType[purpose ?? 'document'],
    },
    voyage: {
      ...(dimensions === undefined ? {} : { outputDimension: dimensions }),
      ...(purpose === undefined ? {} : { inputType: purpose }),
    },
  };
}

const googleTask = { query: 'RETRIEVAL_QUERY', document: 'RETRIEVAL_DOCUMENT' };
const cohereType = { query: 'search_query', document: 'search_document' };

/** Older models of Cohere have one length and refuse a requested one. */
const isCohereLength = (dimensions: number | undefined): boolean =>
  dimensions !== undefined && [256, 512, 1536].includes(dimensions);
