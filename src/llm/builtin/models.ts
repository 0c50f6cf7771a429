import type { EmbeddingModelV4, LanguageModelV4 } from '@ai-sdk/provider';
import { Failure } from '../../shared/failure.ts';
import { extractiveModel } from './extractive.ts';
import { lexicalEmbedder } from './lexical.ts';

const unknown = (model: string) => new Failure('provider_error', `Unknown model builtin/${model}.`);

export function builtinLanguageModel(model: string): LanguageModelV4 {
  if (model === extractiveModel.modelId) return extractiveModel;
  throw unknown(model);
}

export function builtinEmbedder(model: string): EmbeddingModelV4 {
  if (model === lexicalEmbedder.modelId) return lexicalEmbedder;
  throw unknown(model);
}
