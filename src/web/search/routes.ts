import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import {
  PutSearchProvider,
  SearchProviderParameter,
  SearchProviderState,
  SearchProviderTest,
  TestSearchProvider,
} from './schema.ts';
import {
  getSearchProvider,
  listSearchProviders,
  removeSearchProvider,
  setSearchProvider,
} from './service.ts';
import { testSearchProvider } from './test-provider.ts';

const params = z.object({ search_provider: SearchProviderParameter });

export const searchProviderRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/search-providers',
      access: 'models:read',
      tag: 'Web search',
      summary: 'List search providers',
      description:
        'Lists every supported provider of `web_search`, whether this workspace can call it, and its last failure. The list is a single page.',
      reply: { status: 200, schema: pageOf(SearchProviderState), description: 'The providers' },
    },
    (ctx) => listSearchProviders(ctx),
  )
  .endpoint(
    {
      method: 'get',
      path: '/search-providers/{search_provider}',
      access: 'models:read',
      tag: 'Web search',
      summary: 'Get a search provider',
      params,
      reply: {
        status: 200,
        schema: SearchProviderState,
        description: 'The provider as configured in this workspace',
      },
    },
    (ctx, { params: { search_provider } }) => getSearchProvider(ctx, search_provider),
  )
  .endpoint(
    {
      method: 'put',
      path: '/search-providers/{search_provider}',
      access: 'providers:manage',
      tag: 'Web search',
      summary: 'Configure a search provider',
      description:
        "Sets the workspace's own key, base URL and price of a search. The key is stored encrypted, sent only to this base URL, and never returned.",
      params,
      body: PutSearchProvider,
      reply: { status: 200, schema: SearchProviderState, description: 'The updated provider' },
      failures: ['url_not_allowed'],
    },
    (ctx, { params: { search_provider }, body }) => setSearchProvider(ctx, search_provider, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/search-providers/{search_provider}',
      access: 'providers:manage',
      tag: 'Web search',
      summary: 'Remove a search provider',
      description:
        "Deletes the workspace's own key, base URL and price. Agents whose version has `web_search` use the remaining providers; without any, their searches fail.",
      params,
      reply: { status: 204, description: 'Removed' },
    },
    async (ctx, { params: { search_provider } }) =>
      void (await removeSearchProvider(ctx, search_provider)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/search-providers/{search_provider}/test',
      access: 'providers:manage',
      tag: 'Web search',
      summary: 'Test a search provider',
      description: 'Searches once. The provider bills the search.',
      params,
      body: TestSearchProvider,
      reply: {
        status: 200,
        schema: SearchProviderTest,
        description: 'The result of the test; `error` is set when the search failed',
      },
      failures: ['budget_exceeded', 'provider_not_configured'],
    },
    (ctx, { params: { search_provider }, body }) => testSearchProvider(ctx, search_provider, body),
  );
