import type { ModelSettings } from './model-settings.ts';
import { reasoningDetails } from './reasoning-details.ts';

/** Provider packages are loaded on first use, so that a turn loads only the package of its provider. */

export const openai = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/openai')).createOpenAI({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

/** Keys of a resource are sent in Azure's `api-key` header; Entra ID tokens are sent as bearer tokens. */
export const azure = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/openai')).createOpenAI({
    baseURL: base_url,
    apiKey: api_key ?? '',
    headers: { 'api-key': api_key ?? '' },
    fetch,
  });

/** `@ai-sdk/amazon-bedrock` needs this entry of the package; the main one would be a second copy of it in the bundle. */
export const anthropic = async ({ model, base_url, api_key, fetch }: ModelSettings) => {
  const { AnthropicLanguageModel } = await import('@ai-sdk/anthropic/internal');
  return new AnthropicLanguageModel(model, {
    provider: 'anthropic.messages',
    baseURL: base_url.replace(/\/$/, ''),
    headers: { 'anthropic-version': '2023-06-01', 'x-api-key': api_key ?? '' },
    supportsMessageThreads: true,
    fetch,
  });
};

export const google = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/google')).createGoogle({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

export const groq = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/groq')).createGroq({ baseURL: base_url, apiKey: api_key ?? '', fetch });

export const deepseek = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/deepseek')).createDeepSeek({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

export const mistral = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/mistral')).createMistral({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

export const cohere = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/cohere')).createCohere({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

export const voyage = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/voyage')).createVoyage({
    baseURL: base_url,
    apiKey: api_key ?? '',
    fetch,
  });

export const bedrock = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/amazon-bedrock')).createAmazonBedrock({
    baseURL: base_url,
    region: /\bbedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(base_url)?.[1] ?? 'us-east-1',
    ...awsCredentials(api_key ?? ''),
    fetch,
  });

/** Parses a Bedrock API key or the credentials of an IAM user or role: `id:secret`, `id:secret:session token`. */
function awsCredentials(api_key: string) {
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = api_key.split(':');
  if (!/^A[KS]IA[A-Z0-9]{12,}$/.test(accessKeyId) || secretAccessKey === '')
    return { apiKey: api_key };
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

export const compatible = async ({ base_url, api_key, fetch }: ModelSettings) =>
  (await import('@ai-sdk/openai-compatible')).createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: base_url,
    ...(api_key === null ? {} : { apiKey: api_key }),
    includeUsage: true,
    supportsStructuredOutputs: true,
    metadataExtractor: reasoningDetails,
    fetch,
  });

export const workersAi = async ({ workers_ai }: ModelSettings) =>
  (await import('workers-ai-provider')).createWorkersAI({ binding: workers_ai as Ai });
