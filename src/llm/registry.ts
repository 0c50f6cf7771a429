import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import { invalid } from '../shared/failure.ts';
import { extractiveModel } from './builtin/extractive.ts';
import { lexicalDimensions, lexicalEmbedder } from './builtin/lexical.ts';

/** Language models that need no provider, by their name in a configuration. */
const languageModels: Readonly<Record<string, LanguageModelV4>> = { 'builtin/extractive': extractiveModel };

const embeddingModels: Readonly<Record<string, { readonly model: EmbeddingModelV4; readonly dimensions: number }>> = {
  'builtin/lexical': { model: lexicalEmbedder, dimensions: lexicalDimensions },
};

/** Names of the language models that can be called. */
export const languageModelNames = (): string[] => Object.keys(languageModels);

/** Throws `validation_failed` for a model that is not to be had. */
export function findLanguageModel(name: string): LanguageModelV4 {
  const model = languageModels[name];
  if (model === undefined) throw invalid('/config/model', `There is no model ${name}; there are ${languageModelNames().join(', ')}.`);
  return model;
}

export function findEmbeddingModel(name: string): EmbeddingModelV4 {
  const entry = embeddingModels[name];
  if (entry === undefined) throw invalid('/embedding_model', `There is no embedding model ${name}.`);
  return entry.model;
}

/** Length of the model's vectors; null when there is no such model. */
export const embeddingDimensions = (name: string): number | null => embeddingModels[name]?.dimensions ?? null;
