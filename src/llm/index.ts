export { type EmbedCall, embed } from './embed.ts';
export { embeddingDimensions, findLanguageModel, languageModelNames } from './registry.ts';
