import { type SearchProviderId, searchProviderIds } from '../../db/schema/web-search.ts';
import { brave } from './adapters/brave.ts';
import { exa } from './adapters/exa.ts';
import { searxng } from './adapters/searxng.ts';
import { serpapi } from './adapters/serpapi.ts';
import { tavily } from './adapters/tavily.ts';
import type { SearchProvider } from './provider.ts';

const byId: Readonly<Record<SearchProviderId, SearchProvider>> = {
  brave,
  tavily,
  exa,
  serpapi,
  searxng,
};

export const providerOf = (id: SearchProviderId): SearchProvider => byId[id];

/** All providers, in the order in which a workspace without its own order tries them. */
export const searchProviders: readonly SearchProvider[] = searchProviderIds.map(providerOf);
