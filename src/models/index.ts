export {
  embeddingModelNames,
  embeddingPrefixes,
  findEmbeddingModel,
  lexicalDimensions,
  maxDimensions,
} from './embedding-models.ts';
export {
  isEmbeddingModel,
  isLanguageModel,
  isNamedLikeEmbedding,
  isPriceOnly,
  isRerankingModel,
  rerankingProviders,
} from './model-kind.ts';
export { readModelName } from './model-name.ts';
export { modelNameError } from './model-name-error.ts';
export { builtinLanguageModelNames, type ProviderId, providerIds } from './provider-ids.ts';
