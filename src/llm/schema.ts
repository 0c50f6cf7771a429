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
  .regex(/^[a-z0-9_-]+\/\S+$/, 'A model is named `provider/model`.')
  .openapi({ example: 'openai/gpt-5-mini' });

export const PutProvider = z
  .strictObject({
    api_key: z
      .string()
      .min(1)
      .max(2000)
      .regex(/^[\x21-\x7e]+$/, 'Visible ASCII without spaces.')
      .optional()
      .describe('Write-only. Absent: the key that is there stays, unless `base_url` changes'),
    base_url: z
      .string()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe(
        "Where an OpenAI-compatible server is; null for the provider's own address. Another address than before clears the key",
      )
      .openapi({ example: 'https://llm.example.com/v1' }),
  })
  .openapi('PutProvider', { example: { api_key: 'a-key-of-the-provider' } as never });
export type PutProvider = z.output<typeof PutProvider>;

export const ProviderState = z
  .object({
    id: z.string().openapi({ example: 'openai' }),
    name: z.string().openapi({ example: 'OpenAI' }),
    usable: z.boolean().describe('Whether its models can be called now'),
    key_source: z
      .enum(['workspace', 'deployment'])
      .nullable()
      .describe('Whose credential is used; null when there is none or none is needed'),
    needs_key: z.boolean(),
    configurable: z.boolean().describe('Whether a workspace can give it a key or an address'),
    base_url: z.string().nullable(),
    api_key: z
      .object({
        last_four: z.string().nullable().openapi({ example: '7f3a' }),
        fingerprint: z
          .string()
          .describe('The same for the same key, within a workspace')
          .openapi({ example: '3q2-7w_aZk5f' }),
      })
      .nullable()
      .describe("The workspace's own key, which is never shown"),
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
      .describe('A model of the provider, without its prefix')
      .openapi({ example: 'gpt-5-mini' }),
  })
  .openapi('TestProvider');
export type TestProvider = z.output<typeof TestProvider>;

export const ProviderTest = z
  .object({
    ok: z.boolean(),
    model: z.string(),
    latency_ms: z.number().int(),
    cost_usd: z.number().nullable().describe('null when the price is unknown'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('ProviderTest');
export type ProviderTest = z.output<typeof ProviderTest>;

const Prices = z
  .object({
    input: z.number(),
    output: z.number(),
    cache_read: z.number().nullable().describe('null: as other input'),
    cache_write: z.number().nullable().describe('null: as other input'),
  })
  .openapi('Prices', { description: 'USD for a million tokens' });

export const ModelQuery = z.strictObject({
  ...pageQuery,
  provider: z
    .enum(providers.map(({ id }) => id))
    .optional()
    .describe('Models of one provider'),
  q: z.string().min(1).max(100).optional().describe('Part of the name'),
  tools: Flag.optional().describe('Whether the model is known to call tools'),
  images: Flag.optional().describe('Whether it is known to read images'),
  structured_output: Flag.optional().describe('Whether it is known to follow a JSON Schema'),
  reasoning: Flag.optional().describe('Whether it is known to reason'),
});
export type ModelQuery = z.output<typeof ModelQuery>;

export const ModelInfo = z
  .object({
    id: z.string().openapi({ example: 'openai/gpt-5-mini' }),
    provider: z.string(),
    name: z.string().nullable(),
    context_window: z.number().int().nullable().describe('Tokens; null when unknown'),
    prices: Prices.nullable().describe('null when unknown'),
    price_source: z.enum(['override', 'table', 'free']).nullable(),
    capabilities: z.object({
      tools: z.boolean().nullable().describe('null when unknown, as for the others'),
      images: z.boolean().nullable(),
      structured_output: z.boolean().nullable(),
      reasoning: z.boolean().nullable(),
    }),
  })
  .openapi('Model');
export type ModelInfo = z.output<typeof ModelInfo>;

const Price = z.number().min(0).max(10_000).describe('USD for a million tokens');

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
        'Each model once.',
      )
      .describe('All of them: what is not here goes back to the price table'),
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
    .describe('Of one provider'),
});
export type PriceQuery = z.output<typeof PriceQuery>;

export const ListedPrice = z
  .object({
    model: z.string().openapi({ example: 'openai/gpt-5-mini' }),
    source: z.enum(['override', 'table']),
    prices: Prices,
    table_prices: Prices.nullable().describe(
      'What the override stands in for; null when the table does not know the model',
    ),
  })
  .openapi('ListedPrice');
export type ListedPrice = z.output<typeof ListedPrice>;
