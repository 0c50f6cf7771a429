import type { SharedV4ProviderOptions } from '@ai-sdk/provider';

/** Length of the vectors of `builtin/lexical`. */
export const lexicalDimensions = 512;

export interface EmbeddingModel {
  /** Length of its vectors; at most 1536, which is what a vector index takes. */
  readonly dimensions: number;
  /** Provider options that request this length from a model with several. */
  readonly options?: SharedV4ProviderOptions;
}

/** Embedding models of known dimensions, which a knowledge base must have before it is created. */
const embeddingModels: Readonly<Record<string, EmbeddingModel>> = {
  'builtin/lexical': { dimensions: lexicalDimensions },
  'openai/text-embedding-3-small': { dimensions: 1536 },
  'openai/text-embedding-3-large': { dimensions: 1536, options: { openai: { dimensions: 1536 } } },
  'google/gemini-embedding-001': {
    dimensions: 768,
    options: { google: { outputDimensionality: 768 } },
  },
  'mistral/mistral-embed': { dimensions: 1024 },
  'workers-ai/@cf/baai/bge-m3': { dimensions: 1024 },
  'workers-ai/@cf/baai/bge-base-en-v1.5': { dimensions: 768 },
  'workers-ai/@cf/baai/bge-large-en-v1.5': { dimensions: 1024 },
  'workers-ai/@cf/baai/bge-small-en-v1.5': { dimensions: 384 },
  'ollama/nomic-embed-text': { dimensions: 768 },
  'ollama/mxbai-embed-large': { dimensions: 1024 },
  'ollama/bge-m3': { dimensions: 1024 },
};

/** Returns a listed embedding model; undefined for other names, including names of object properties. */
export const findEmbeddingModel = (name: string): EmbeddingModel | undefined =>
  Object.hasOwn(embeddingModels, name) ? embeddingModels[name] : undefined;

/** Returns the length of the model's vectors; null for a model that is not listed. */
export const embeddingDimensions = (name: string): number | null =>
  findEmbeddingModel(name)?.dimensions ?? null;

export const embeddingModelNames = (): string[] => Object.keys(embeddingModels);
