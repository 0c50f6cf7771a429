import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Flag, Time } from '../http/schema.ts';
import { providers } from './providers.ts';

const ids = providers.map(({ id }) => id) as [string, ...string[]];

export const ProviderId = z
  .enum(ids)
  .openapi({ description: 'A provider, as in `provider/model`', example: 'openai' });

const Model = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_-]+\/\S+$/, 'Must have the form `provider/model`.')
  .openapi({ example: 'openai/gpt-5-mini' });

export const PutProvider = z
  .strictObject({
    api_key: z
      .string()
      .min(1)
      .max(2000)
      .regex(/^[\x21-\x7e]+$/, 'Must be visible ASCII without spaces.')
      .optional()
      .describe('Write-only. If omitted, the stored key is kept, unless `base_url` changes'),
    base_url: z
      .string()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe(
        "Base URL of the API; null uses the provider's default. Changing it deletes the stored key",
      )
      .openapi({ example: 'https://llm.example.com/v1' }),
  })
  .openapi('PutProvider', { example: { api_key: 'a-key-of-the-provider' } as never });
export type PutProvider = z.output<typeof PutProvider>;

export const ProviderState = z
  .object({
    id: z.string().openapi({ example: 'openai' }),
    name: z.string().openapi({ example: 'OpenAI' }),
    usable: z.boolean().describe('True when models of this provider can be called now'),
    key_source: z
      .enum(['workspace', 'deployment'])
      .nullable()
      .describe('Owner of the credential that is used; null when there is none or none is needed'),
    needs_key: z.boolean(),
    configurable: z.boolean().describe('True when a workspace can set a key or a base URL'),
    base_url: z.string().nullable(),
    api_key: z
      .object({
        last_four: z.string().nullable().openapi({ example: '7f3a' }),
        fingerprint: z
          .string()
          .describe('Identifies the key: equal for equal keys of a workspace')
          .openapi({ example: '3q2-7w_aZk5f' }),
      })
      .nullable()
      .describe("Description of the workspace's own key; the key itself is never returned"),
    updated_at: Time.nullable(),
  })
  .openapi('Provider');
export type ProviderState = z.output<typeof ProviderState>;

export const TestProvider = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .max(200)
      .describe('Model of the provider, without the provider prefix')
      .openapi({ example: 'gpt-5-mini' }),
  })
  .openapi('TestProvider');
export type TestProvider = z.output<typeof TestProvider>;

export const ProviderTest = z
  .object({
    ok: z.boolean(),
    model: z.string(),
    latency_ms: z.int(),
    cost_usd: z.number().nullable().describe('null when the price is unknown'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('ProviderTest');
export type ProviderTest = z.output<typeof ProviderTest>;

const Prices = z
  .object({
    input: z.number(),
    output: z.number(),
    cache_read: z.number().nullable().describe('null applies the `input` price'),
    cache_write: z.number().nullable().describe('null applies the `input` price'),
  })
  .openapi('Prices', { description: 'USD per million tokens' });

export const ModelQuery = z.strictObject({
  ...pageQuery,
  provider: z
    .enum(providers.map(({ id }) => id))
    .optional()
    .describe('Filter by provider'),
  q: z.string().min(1).max(100).optional().describe('Filter by part of the name'),
  tools: Flag.optional().describe('Filter by support for tool calls'),
  images: Flag.optional().describe('Filter by support for images'),
  structured_output: Flag.optional().describe('Filter by support for structured output'),
  reasoning: Flag.optional().describe('Filter by support for reasoning'),
});
export type ModelQuery = z.output<typeof ModelQuery>;

export const ModelInfo = z
  .object({
    id: z.string().openapi({ example: 'openai/gpt-5-mini' }),
    provider: z.string(),
    name: z.string().nullable(),
    context_window: z.int().nullable().describe('Context window in tokens; null when unknown'),
    prices: Prices.nullable().describe('Prices per million tokens; null when unknown'),
    price_source: z.enum(['override', 'table', 'free']).nullable(),
    capabilities: z.object({
      tools: z
        .boolean()
        .nullable()
        .describe('Support for tool calls; null when unknown, as for the other capabilities'),
      images: z.boolean().nullable(),
      structured_output: z.boolean().nullable(),
      reasoning: z.boolean().nullable(),
    }),
  })
  .openapi('Model');
export type ModelInfo = z.output<typeof ModelInfo>;

const Price = z.number().min(0).max(10_000).describe('USD per million tokens');

const PriceOverride = z.strictObject({
  model: Model,
  input: Price.openapi({ example: 0.25 }),
  output: Price.openapi({ example: 2 }),
  cache_read: Price.nullable().default(null),
  cache_write: Price.nullable().default(null),
});

export const PutPrices = z
  .strictObject({
    overrides: z
      .array(PriceOverride)
      .max(500)
      .refine(
        (list) => new Set(list.map(({ model }) => model)).size === list.length,
        'Must not contain a model twice.',
      )
      .describe('The complete list. Models that are not listed use the price table again'),
  })
  .openapi('PutPrices', {
    example: { overrides: [{ model: 'ollama/llama3.2', input: 0, output: 0 }] } as never,
  });
export type PutPrices = z.output<typeof PutPrices>;

export const PriceList = z.object({ overrides: z.array(PriceOverride) }).openapi('PriceList');
export type PriceList = z.output<typeof PriceList>;

export const PriceQuery = z.strictObject({
  ...pageQuery,
  provider: z
    .enum(providers.map(({ id }) => id))
    .optional()
    .describe('Filter by provider'),
  source: z
    .enum(['override', 'table'])
    .optional()
    .describe('`override`: only your own prices; `table`: only those of the price table'),
});
export type PriceQuery = z.output<typeof PriceQuery>;

export const ListedPrice = z
  .object({
    model: z.string().openapi({ example: 'openai/gpt-5-mini' }),
    source: z.enum(['override', 'table']),
    prices: Prices,
    table_prices: Prices.nullable().describe(
      'Prices of the price table; null when it does not list the model',
    ),
  })
  .openapi('ListedPrice');
export type ListedPrice = z.output<typeof ListedPrice>;
