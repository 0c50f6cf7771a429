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
        'Every provider there is, and whether this workspace can call it. All of them are on one page.',
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
        description: 'The provider as this workspace has set it',
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
      summary: 'Set a model provider',
      description:
        "The workspace's own key and address. The key is stored encrypted, is sent to this address only, and is never shown again. " +
        'Takes effect at once here and within 30 seconds everywhere.',
      params: provider,
      body: PutProvider,
      reply: { status: 200, schema: ProviderState, description: 'The provider as it is set now' },
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
      description: "Forgets the workspace's own key and address.",
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
      description: 'Asks the model for one word, which costs what it costs.',
      params: provider,
      body: TestProvider,
      reply: {
        status: 200,
        schema: ProviderTest,
        description: 'Whether it answered, or what went wrong',
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
        'Language models that this workspace can call. Models of its providers that are not listed can be called too, at an unknown price.',
      query: ModelQuery,
      reply: { status: 200, schema: pageOf(ModelInfo), description: 'Models by name' },
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
        'What model calls are priced at: the price table (pydantic/genai-prices) with the overrides of the workspace in it.',
      query: PriceQuery,
      reply: { status: 200, schema: pageOf(ListedPrice), description: 'Prices by model' },
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
        'For contracts, and for models that the price table does not know. Holds for calls from now on.',
      body: PutPrices,
      reply: { status: 200, schema: PriceList, description: 'The overrides as they are now' },
    },
    (ctx, { body }) => setPrices(ctx, body),
  );
