import type {
  EmbeddingModelV4,
  LanguageModelV4,
  RerankingModelV4,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import { type ProviderId, providerIds } from '../models/index.ts';
import { Failure } from '../shared/failure.ts';
import { free } from '../usage/index.ts';
import { builtinEmbedder, builtinLanguageModel } from './builtin/models.ts';
import type { ModelSettings } from './model-settings.ts';
import {
  anthropic,
  azure,
  bedrock,
  cohere,
  compatible,
  deepseek,
  google,
  groq,
  mistral,
  openai,
  voyage,
  workersAi,
} from './provider-packages.ts';

export interface Provider {
  readonly id: ProviderId;
  readonly name: string;
  /** null when the workspace has to set the base URL. */
  readonly default_base_url: string | null;
  readonly needs_key: boolean;
  /** HTTP, a binding of the deployment, or part of the Worker. */
  readonly transport: 'http' | 'binding' | 'inside';
  /** Its name in the price table; null when only price overrides apply. */
  readonly price_id: string | null;
  /** Variable with the deployment's own key, which the operator can share with all workspaces. */
  readonly key_variable: string | null;
  /** True when the text of an answer can contain reasoning between tags. */
  readonly thinks_in_text?: boolean;
  /** Options that are sent with every call. */
  readonly options?: SharedV4ProviderOptions;
  /** false when its package throws for tools with `strict`; the flag is then omitted. */
  readonly takes_strict_tools?: false;
  /** true when schemas may contain `$ref` and `$defs`; otherwise references are inlined. */
  readonly takes_references?: true;
  /** true when it rejects a conversation without a user message. */
  readonly requires_user_message?: true;
  /** Loads the provider package on first use. */
  readonly language: (settings: ModelSettings) => Promise<LanguageModelV4>;
  readonly embedding?: (settings: ModelSettings) => Promise<EmbeddingModelV4>;
  readonly reranking?: (settings: ModelSettings) => Promise<RerankingModelV4>;
}

const own = { needs_key: true, transport: 'http' } as const;

/** One entry for each provider id. All differences between providers are declared here. */
const entries: { readonly [Id in ProviderId]: Omit<Provider, 'id'> } = {
  builtin: {
    name: 'Built in',
    default_base_url: null,
    needs_key: false,
    transport: 'inside',
    price_id: free,
    key_variable: null,
    language: async ({ model }) => builtinLanguageModel(model),
    embedding: async ({ model }) => builtinEmbedder(model),
  },
  openai: {
    ...own,
    takes_references: true,
    name: 'OpenAI',
    default_base_url: 'https://api.openai.com/v1',
    price_id: 'openai',
    key_variable: 'OPENAI_API_KEY',
    // The provider stores nothing: each request contains the whole conversation.
    options: { openai: { store: false } },
    language: async (settings) => (await openai(settings)).responses(settings.model),
    embedding: async (settings) => (await openai(settings)).embedding(settings.model),
  },
  'openai-chat': {
    ...own,
    takes_references: true,
    name: 'OpenAI (Chat Completions)',
    default_base_url: 'https://api.openai.com/v1',
    price_id: 'openai',
    key_variable: 'OPENAI_API_KEY',
    options: { openai: { store: false } },
    language: async (settings) => (await openai(settings)).chat(settings.model),
  },
  anthropic: {
    ...own,
    takes_references: true,
    name: 'Anthropic',
    default_base_url: 'https://api.anthropic.com/v1',
    price_id: 'anthropic',
    key_variable: 'ANTHROPIC_API_KEY',
    requires_user_message: true,
    language: anthropic,
  },
  google: {
    ...own,
    name: 'Google',
    default_base_url: 'https://generativelanguage.googleapis.com/v1beta',
    price_id: 'google',
    key_variable: 'GOOGLE_API_KEY',
    requires_user_message: true,
    language: async (settings) => (await google(settings))(settings.model),
    embedding: async (settings) => (await google(settings)).embedding(settings.model),
  },
  groq: {
    ...own,
    name: 'Groq',
    default_base_url: 'https://api.groq.com/openai/v1',
    price_id: 'groq',
    thinks_in_text: true,
    key_variable: 'GROQ_API_KEY',
    language: async (settings) => (await groq(settings))(settings.model),
  },
  deepseek: {
    ...own,
    name: 'DeepSeek',
    default_base_url: 'https://api.deepseek.com',
    price_id: 'deepseek',
    key_variable: 'DEEPSEEK_API_KEY',
    takes_strict_tools: false,
    language: async (settings) => (await deepseek(settings))(settings.model),
  },
  mistral: {
    ...own,
    name: 'Mistral',
    default_base_url: 'https://api.mistral.ai/v1',
    price_id: 'mistral',
    thinks_in_text: true,
    key_variable: 'MISTRAL_API_KEY',
    requires_user_message: true,
    language: async (settings) => (await mistral(settings))(settings.model),
    embedding: async (settings) => (await mistral(settings)).embedding(settings.model),
  },
  cohere: {
    ...own,
    name: 'Cohere',
    default_base_url: 'https://api.cohere.com/v2',
    price_id: 'cohere',
    key_variable: 'COHERE_API_KEY',
    language: async (settings) => (await cohere(settings))(settings.model),
    embedding: async (settings) => (await cohere(settings)).embedding(settings.model),
    reranking: async (settings) => (await cohere(settings)).reranking(settings.model),
  },
  voyage: {
    ...own,
    name: 'Voyage AI',
    default_base_url: 'https://api.voyageai.com/v1',
    price_id: 'voyage',
    key_variable: 'VOYAGE_API_KEY',
    language: async () => {
      throw new Failure('provider_error', 'Voyage AI has no language models.');
    },
    // Its package is of the specification before, which differs in the version number only.
    embedding: async (settings) =>
      (await voyage(settings)).embedding(settings.model) as unknown as EmbeddingModelV4,
    reranking: async (settings) =>
      (await voyage(settings)).reranking(settings.model) as unknown as RerankingModelV4,
  },
  xai: {
    ...own,
    name: 'xAI',
    default_base_url: 'https://api.x.ai/v1',
    price_id: 'x-ai',
    key_variable: 'XAI_API_KEY',
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
  },
  openrouter: {
    ...own,
    name: 'OpenRouter',
    default_base_url: 'https://openrouter.ai/api/v1',
    price_id: 'openrouter',
    thinks_in_text: true,
    key_variable: 'OPENROUTER_API_KEY',
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
  },
  together: {
    ...own,
    name: 'Together AI',
    default_base_url: 'https://api.together.xyz/v1',
    price_id: 'together',
    thinks_in_text: true,
    key_variable: 'TOGETHER_API_KEY',
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
    embedding: async (settings) => (await compatible(settings)).embeddingModel(settings.model),
    // Cohere's format, which servers of other models speak, too.
    reranking: async (settings) => (await cohere(settings)).reranking(settings.model),
  },
  fireworks: {
    ...own,
    name: 'Fireworks AI',
    default_base_url: 'https://api.fireworks.ai/inference/v1',
    price_id: 'fireworks',
    thinks_in_text: true,
    key_variable: 'FIREWORKS_API_KEY',
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
    embedding: async (settings) => (await compatible(settings)).embeddingModel(settings.model),
  },
  'azure-openai': {
    ...own,
    takes_references: true,
    name: 'Azure OpenAI',
    // The base URL of a resource is `https://<resource>.openai.azure.com/openai/v1`; a model is named by its deployment.
    default_base_url: null,
    price_id: 'azure',
    key_variable: null,
    options: { openai: { store: false } },
    language: async (settings) => (await azure(settings)).responses(settings.model),
    embedding: async (settings) => (await azure(settings)).embedding(settings.model),
  },
  bedrock: {
    ...own,
    name: 'Amazon Bedrock',
    default_base_url: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    price_id: 'aws',
    thinks_in_text: true,
    key_variable: 'BEDROCK_API_KEY',
    language: async (settings) => (await bedrock(settings))(settings.model),
    embedding: async (settings) => (await bedrock(settings)).embedding(settings.model),
  },
  vertex: {
    ...own,
    name: 'Vertex AI',
    default_base_url: 'https://aiplatform.googleapis.com/v1/publishers/google',
    price_id: 'google',
    key_variable: 'VERTEX_API_KEY',
    language: async (settings) => (await google(settings))(settings.model),
  },
  'workers-ai': {
    name: 'Workers AI',
    default_base_url: null,
    needs_key: false,
    transport: 'binding',
    price_id: 'cloudflare',
    thinks_in_text: true,
    key_variable: null,
    language: async (settings) => (await workersAi(settings)).chat(settings.model),
    embedding: async (settings) =>
      (await workersAi(settings)).embedding(settings.model as never, { maxEmbeddingsPerCall: 100 }),
    reranking: async (settings) => (await workersAi(settings)).reranking(settings.model as never),
  },
  'openai-compatible': {
    name: 'OpenAI-compatible server',
    default_base_url: null,
    needs_key: false,
    transport: 'http',
    price_id: null,
    thinks_in_text: true,
    key_variable: null,
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
    embedding: async (settings) => (await compatible(settings)).embeddingModel(settings.model),
    reranking: async (settings) => (await cohere(settings)).reranking(settings.model),
  },
  ollama: {
    name: 'Ollama',
    default_base_url: 'http://localhost:11434/v1',
    needs_key: false,
    transport: 'http',
    price_id: null,
    thinks_in_text: true,
    key_variable: null,
    language: async (settings) => (await compatible(settings)).chatModel(settings.model),
    embedding: async (settings) => (await compatible(settings)).embeddingModel(settings.model),
  },
};

export const providers: readonly Provider[] = providerIds.map((id) => ({ id, ...entries[id] }));

const byId: ReadonlyMap<string, Provider> = new Map(
  providers.map((provider) => [provider.id, provider]),
);

export const findProvider = (id: string): Provider | undefined => byId.get(id);
