import { findEmbeddingModel } from './embedding-models.ts';
import { readModelName } from './model-name.ts';

/** Words of a name that say what else a model is for: speech, live sessions, pictures, vectors, and judging texts. */
const otherKinds =
  /(^|[-_./])(tts|transcribe|whisper|realtime|live|audio|image|embed|embedding|bge|rerank|reranker|moderation|ocr|guard|m2m100|indictrans2|distilbert)([-_.:]|\d|$)/i;

/** By provider: what it does not serve as a conversation, though its price table has it. */
const notServed: Readonly<Record<string, RegExp>> = {
  // Models that only complete a text; open ones are served by others.
  openai: /^(ada|babbage|curie|davinci|text-|computer-use|gpt-oss|gpt-3\.5-turbo-instruct)/,
  // Models of others and those with `-maas` are Vertex AI's.
  google: /^claude|-maas$/,
  vertex: /^claude|-maas$/,
};

/** Providers that serve whatever their owner calls by any name. */
const namesItsOwn: ReadonlySet<string> = new Set([
  'openai-compatible',
  'ollama',
  'builtin',
  'azure-openai',
]);

/** Whether a model may be one to talk with: false where its name says that it is not. */
export function isLanguageModel(name: string): boolean {
  const named = readModelName(name);
  if (named === null || findEmbeddingModel(name) !== undefined) return false;
  if (namesItsOwn.has(named.provider)) return true;
  const served = notServed[named.provider === 'openai-chat' ? 'openai' : named.provider];
  return !otherKinds.test(named.model) && served?.test(named.model) !== true;
}

/** Whether a model may be one that gives vectors: of a known name, or of a provider whose models have any name. */
export function isEmbeddingModel(name: string): boolean {
  const named = readModelName(name);
  if (named === null || named.provider === 'builtin') return findEmbeddingModel(name) !== undefined;
  return (
    findEmbeddingModel(name) !== undefined ||
    namesItsOwn.has(named.provider) ||
    embeddingWords.test(named.model)
  );
}

const embeddingWords = /(^|[-_./@])(embed|embedding|embeddings|bge|e5|gte|minilm)([-_.:]|\d|$)/i;

/** Whether its name says that a model gives vectors, as far as a list of models can tell. */
export const soundsLikeEmbedding = (name: string): boolean =>
  findEmbeddingModel(name) !== undefined || embeddingWords.test(readModelName(name)?.model ?? '');

/** Names in the price table that stand for many models: `ft:gpt-4o`, `gpt-4o-mini-2024-07-18.ft-`, `gpt-4o:extended`. */
export const isPriceOnly = (model: string): boolean =>
  /^ft:[^:]*$|\.ft-|:(extended|free)$/.test(model);
