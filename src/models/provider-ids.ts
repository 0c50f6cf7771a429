/** Providers in the order in which lists show them; `llm/providers.ts` has one entry for each. */
export const providerIds = [
  'builtin',
  'openai',
  'openai-chat',
  'anthropic',
  'google',
  'groq',
  'deepseek',
  'mistral',
  'cohere',
  'voyage',
  'xai',
  'openrouter',
  'together',
  'fireworks',
  'azure-openai',
  'bedrock',
  'vertex',
  'workers-ai',
  'openai-compatible',
  'ollama',
] as const;

export type ProviderId = (typeof providerIds)[number];

/** Language models that run inside the deployment. */
export const builtinLanguageModelNames = ['builtin/extractive'] as const;
