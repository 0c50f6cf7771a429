import { readModelName } from './model-name.ts';

/** Length of the vectors of `builtin/lexical`. */
export const lexicalDimensions = 512;

/** Maximum length of vectors, which is that of Vectorize. */
export const maxDimensions = 1536;

export interface EmbeddingModel {
  /** Length of its vectors; at most `maxDimensions`. */
  readonly dimensions: number;
  /** True for a model with several lengths: this one has to be requested. */
  readonly isVariable?: true;
}

/** Embedding models of known dimensions. */
const embeddingModels: Readonly<Record<string, EmbeddingModel>> = {
  'builtin/lexical': { dimensions: lexicalDimensions },
  'openai/text-embedding-3-small': { dimensions: 1536, isVariable: true },
  'openai/text-embedding-3-large': { dimensions: 1536, isVariable: true },
  'google/gemini-embedding-001': { dimensions: 768, isVariable: true },
  'mistral/mistral-embed': { dimensions: 1024 },
  'cohere/embed-v4.0': { dimensions: 1536, isVariable: true },
  'cohere/embed-multilingual-v3.0': { dimensions: 1024 },
  'cohere/embed-english-v3.0': { dimensions: 1024 },
  'voyage/voyage-3.5': { dimensions: 1024, isVariable: true },
  'voyage/voyage-3.5-lite': { dimensions: 1024, isVariable: true },
  'voyage/voyage-3-large': { dimensions: 1024, isVariable: true },
  'workers-ai/@cf/baai/bge-m3': { dimensions: 1024 },
  'workers-ai/@cf/baai/bge-base-en-v1.5': { dimensions: 768 },
  'workers-ai/@cf/baai/bge-large-en-v1.5': { dimensions: 1024 },
  'workers-ai/@cf/baai/bge-small-en-v1.5': { dimensions: 384 },
  'workers-ai/@cf/google/embeddinggemma-300m': { dimensions: 768 },
  'workers-ai/@cf/qwen/qwen3-embedding-0.6b': { dimensions: 1024 },
  'ollama/nomic-embed-text': { dimensions: 768 },
  'ollama/mxbai-embed-large': { dimensions: 1024 },
  'ollama/bge-m3': { dimensions: 1024 },
};

/** Returns a listed embedding model; undefined for other names, including names of object properties. */
export const findEmbeddingModel = (name: string): EmbeddingModel | undefined =>
  Object.hasOwn(embeddingModels, name) ? embeddingModels[name] : undefined;

export const embeddingModelNames = (): string[] => Object.keys(embeddingModels);

/** Texts that a model expects before what it embeds. */
export interface EmbeddingPrefixes {
  readonly query: string;
  readonly document: string;
}

const searchPassages = 'Represent this sentence for searching relevant passages: ';

/** By the model cards of the families, whoever serves them. */
const prefixes: readonly (readonly [family: RegExp, prefixes: EmbeddingPrefixes])[] = [
  [/nomic-embed-text/i, { query: 'search_query: ', document: 'search_document: ' }],
  [/(^|[-_/])e5-(?!.*instruct)/i, { query: 'query: ', document: 'passage: ' }],
  [/embeddinggemma/i, { query: 'task: search result | query: ', document: 'title: none | text: ' }],
  [/snowflake-arctic-embed(2|.*v2)/i, { query: 'query: ', document: '' }],
  [
    /mxbai-embed-large|snowflake-arctic-embed|bge-(small|base|large)-en/i,
    { query: searchPassages, document: '' },
  ],
  [
    /qwen3-embedding|e5-.*instruct/i,
    {
      query: 'Instruct: Given a question, retrieve passages that answer it\nQuery: ',
      document: '',
    },
  ],
];

/** Returns the prefixes that a model was trained with; empty ones for a model without, and for an unknown one. */
export function embeddingPrefixes(name: string): EmbeddingPrefixes {
  const model = readModelName(name)?.model ?? '';
  return prefixes.find(([family]) => family.test(model))?.[1] ?? { query: '', document: '' };
}
