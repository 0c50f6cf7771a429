import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ScriptedProvider } from './client.ts';

/** The real provider packages, each with its own protocol, all connected to one script. */
export const languages: Readonly<Record<string, (provider: ScriptedProvider) => LanguageModelV4>> =
  {
    'openai chat': ({ api_key: apiKey, base_url }) =>
      createOpenAI({ apiKey, baseURL: base_url.openai }).chat('scripted'),
    'openai responses': ({ api_key: apiKey, base_url }) =>
      createOpenAI({ apiKey, baseURL: base_url.openai }).responses('scripted'),
    anthropic: ({ api_key: apiKey, base_url }) =>
      createAnthropic({ apiKey, baseURL: base_url.anthropic })('scripted'),
    google: ({ api_key: apiKey, base_url }) =>
      createGoogle({ apiKey, baseURL: base_url.google })('scripted'),
    'openai-compatible': ({ api_key: apiKey, base_url }) =>
      createOpenAICompatible({
        name: 'scripted',
        apiKey,
        baseURL: base_url.compatible,
        includeUsage: true,
      })('scripted'),
  };
