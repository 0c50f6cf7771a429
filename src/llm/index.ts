export { embed, type EmbedCall } from './embed.ts';
export { type Passage, writePassages } from './passages.ts';
export { embeddingDimensions, findLanguageModel, languageModelNames } from './registry.ts';
export { type StepResult, streamStep } from './step.ts';
