import { z } from '@hono/zod-openapi';
import { searchProviderIds } from '../../db/schema/web-search.ts';
import { Time } from '../../http/schema.ts';
import { searchFaultCodes } from './fault.ts';

export const SearchProviderParameter = z
  .enum(searchProviderIds)
  .openapi({ description: 'A search provider', example: 'brave' });

export const PutSearchProvider = z
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
        "Base URL of the API, required for SearXNG; null uses the provider's own. Changing it deletes the stored key",
      )
      .openapi({ example: 'https://searx.example.com' }),
    price_usd: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .default(null)
      .describe('Price of a search, for your plan; null uses the list price')
      .openapi({ example: 0.005 }),
  })
  .openapi('PutSearchProvider', { example: { api_key: 'a-key-of-the-provider' } as never });
export type PutSearchProvider = z.output<typeof PutSearchProvider>;

export const SearchProviderState = z
  .object({
    id: z.enum(searchProviderIds),
    name: z.string().openapi({ example: 'Brave Search' }),
    usable: z.boolean().describe('True when the provider can be called with these settings'),
    position: z
      .int()
      .nullable()
      .describe(
        'Its position in the order in which `web_search` tries them, from 1; null if unused',
      ),
    key_source: z
      .enum(['workspace', 'deployment'])
      .nullable()
      .describe('Owner of the key that is used; null when there is none or none is needed'),
    needs_key: z.boolean(),
    base_url: z.string().nullable(),
    price_usd: z.number().describe('Price of a search that is applied'),
    price_source: z
      .enum(['workspace', 'list'])
      .describe('`workspace` for a price that the workspace has set, `list` for the list price'),
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
    failure: z
      .object({
        code: z.enum(searchFaultCodes),
        detail: z.string(),
        count: z.int().describe('Failures since the last success'),
        skipped_until: Time.nullable().describe('Searches skip the provider until then'),
        occurred_at: Time,
      })
      .nullable()
      .describe('The last failure; null after a success'),
    updated_at: Time.nullable(),
  })
  .openapi('SearchProvider');
export type SearchProviderState = z.output<typeof SearchProviderState>;

export const TestSearchProvider = z
  .strictObject({ query: z.string().trim().min(1).max(400).default('weather') })
  .openapi('TestSearchProvider', { example: { query: 'weather' } });
export type TestSearchProvider = z.output<typeof TestSearchProvider>;

export const SearchProviderTest = z
  .object({
    ok: z.boolean(),
    results: z
      .array(
        z.object({
          url: z.string(),
          title: z.string(),
          snippet: z.string(),
          published_at: Time.nullable(),
        }),
      )
      .describe('The first results'),
    latency_ms: z.int(),
    cost_usd: z.number(),
    error: z.object({ code: z.enum(searchFaultCodes), detail: z.string() }).nullable(),
  })
  .openapi('SearchProviderTest');
export type SearchProviderTest = z.output<typeof SearchProviderTest>;
