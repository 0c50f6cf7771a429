import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { getProvider, listProviders, removeProvider, setProvider } from './credentials.ts';
import { listModels } from './models.ts';
import { listPrices, setPrices } from './prices.ts';
import {
  ListedPrice,
  ModelInfo,
  ModelQuery,
  PriceList,
  PriceQuery,
  ProviderId,
  ProviderState,
  ProviderTest,
  PutPrices,
  PutProvider,
  TestProvider,
} from './schema.ts';
import { testProvider } from './test-provider.ts';

const provider = z.object({ provider: ProviderId });

export const llmRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/providers',
      access: 'models:read',
      tag: 'Models',
      summary: 'List model providers',
      description:
        'Lists every supported provider and whether this workspace can call it. The list is a single page.',
      reply: { status: 200, schema: pageOf(ProviderState), description: 'The providers' },
    },
    (ctx) => listProviders(ctx),
  )
  .endpoint(
    {
      method: 'get',
      path: '/providers/{provider}',
      access: 'models:read',
      tag: 'Models',
      summary: 'Get a model provider',
      params: provider,
      reply: {
        status: 200,
        schema: ProviderState,
        description: 'The provider as configured in this workspace',
      },
    },
    (ctx, { params }) => getProvider(ctx, params.provider),
  )
  .endpoint(
    {
      method: 'put',
      path: '/providers/{provider}',
      access: 'providers:manage',
      tag: 'Models',
      summary: 'Configure a model provider',
      description:
        "Sets the workspace's own key and base URL. The key is stored encrypted, sent only to this base URL, and never returned. " +
        'Takes effect within 30 seconds.',
      params: provider,
      body: PutProvider,
      reply: { status: 200, schema: ProviderState, description: 'The updated provider' },
      failures: ['url_not_allowed'],
    },
    (ctx, { params, body }) => setProvider(ctx, params.provider, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/providers/{provider}',
      access: 'providers:manage',
      tag: 'Models',
      summary: 'Remove a model provider',
      description: "Deletes the workspace's own key and base URL.",
      params: provider,
      reply: { status: 204, description: 'Removed' },
    },
    async (ctx, { params }) => void (await removeProvider(ctx, params.provider)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/providers/{provider}/test',
      access: 'providers:manage',
      tag: 'Models',
      summary: 'Test a model provider',
      description: 'Sends a one-word test prompt. The call is billed.',
      params: provider,
      body: TestProvider,
      reply: {
        status: 200,
        schema: ProviderTest,
        description: 'The result of the test; `error` is set when the call failed',
      },
      failures: ['budget_exceeded'],
    },
    (ctx, { params, body }) => testProvider(ctx, params.provider, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/models',
      access: 'models:read',
      tag: 'Models',
      summary: 'List models',
      description:
        'Lists the language models that this workspace can call. Unlisted models of the same providers can be called too; their price is unknown.',
      query: ModelQuery,
      reply: { status: 200, schema: pageOf(ModelInfo), description: 'Models, sorted by name' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listModels(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/prices',
      access: 'models:read',
      tag: 'Models',
      summary: 'List prices',
      description:
        'Lists the prices of model calls: the price table (pydantic/genai-prices), with the overrides of the workspace applied.',
      query: PriceQuery,
      reply: { status: 200, schema: pageOf(ListedPrice), description: 'Prices, sorted by model' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listPrices(ctx, query),
  )
  .endpoint(
    {
      method: 'put',
      path: '/prices',
      access: 'providers:manage',
      tag: 'Models',
      summary: 'Set price overrides',
      description:
        'Replaces all price overrides, for negotiated prices and for models that are not in the price table. Applies to calls made after the change.',
      body: PutPrices,
      reply: { status: 200, schema: PriceList, description: 'The stored overrides' },
    },
    (ctx, { body }) => setPrices(ctx, body),
  );
