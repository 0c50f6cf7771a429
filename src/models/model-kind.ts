import { findEmbeddingModel } from './embedding-models.ts';
import { readModelName } from './model-name.ts';
import type { ProviderId } from './provider-ids.ts';

/** Words in the names of models that are not language models: speech, live sessions, images, vectors, moderation. */
const otherKinds =
  /(^|[-_./])(tts|transcribe|whisper|realtime|live|audio|image|embed|embedding|bge|rerank|reranker|moderation|ocr|guard|m2m100|indictrans2|distilbert)([-_.:]|\d|$)/i;

/** Models in the price table that the provider does not serve as chat models. */
const notServed: Readonly<Record<string, RegExp>> = {
  // Completion models, and open models that other providers serve.
  openai: /^(ada|babbage|curie|davinci|text-|computer-use|gpt-oss|gpt-3\.5-turbo-instruct)/,
  // Models of other vendors and `-maas` models are served by Vertex AI only.
  google: /^claude|-maas$/,
  vertex: /^claude|-maas$/,
  // Serves vectors and rankings only.
  voyage: /./,
};

/** Providers whose models have arbitrary names. */
const arbitraryNames: ReadonlySet<string> = new Set([
  'openai-compatible',
  'ollama',
  'builtin',
  'azure-openai',
]);

/** Returns false when the name shows that a model is not a language model. */
export function isLanguageModel(name: string): boolean {
  const named = readModelName(name);
  if (named === null || findEmbeddingModel(name) !== undefined) return false;
  if (arbitraryNames.has(named.provider)) return true;
  const served = notServed[named.provider === 'openai-chat' ? 'openai' : named.provider];
  return !otherKinds.test(named.model) && served?.test(named.model) !== true;
}

/** Returns true when a model can be an embedding model: by its name, or since the provider's models have arbitrary names. */
export function isEmbeddingModel(name: string): boolean {
  const named = readModelName(name);
  if (named === null || named.provider === 'builtin') return findEmbeddingModel(name) !== undefined;
  return (
    findEmbeddingModel(name) !== undefined ||
    arbitraryNames.has(named.provider) ||
    embeddingWords.test(named.model)
  );
}

const embeddingWords = /(^|[-_./@])(embed|embedding|embeddings|bge|e5|gte|minilm)([-_.:]|\d|$)/i;

/** Returns true when the name shows that a model is an embedding model. */
export const isNamedLikeEmbedding = (name: string): boolean =>
  findEmbeddingModel(name) !== undefined || embeddingWords.test(readModelName(name)?.model ?? '');

/** Providers of reranking models. */
export const rerankingProviders = [
  'cohere',
  'voyage',
  'together',
  'workers-ai',
  'openai-compatible',
] as const satisfies readonly ProviderId[];

/** Returns true when a model can be a reranking model: by its provider and its name. */
export function isRerankingModel(name: string): boolean {
  const named = readModelName(name);
  return (
    named !== null &&
    (rerankingProviders as readonly string[]).includes(named.provider) &&
    (arbitraryNames.has(named.provider) || /rerank/i.test(named.model))
  );
}

/** Returns true for names in the price table that stand for several models: `ft:gpt-4o`, `gpt-4o-mini-2024-07-18.ft-`, `gpt-4o:extended`. */
export const isPriceOnly = (model: string): boolean =>
  /^ft:[^:]*$|\.ft-|:(extended|free)$/.test(model);
