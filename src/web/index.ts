export { webFeature } from './feature.ts';
export { isMedia, pageUrl, siteOf } from './page-url.ts';
export { fetchPage, type PageRules } from './pages/fetch-page.ts';
export { comparablePath, isSelected, normalizePath } from './robots/path-pattern.ts';
export { RobotsError, readRobots, userAgent } from './robots/read-robots.ts';
export { allowsUrl } from './robots/robots.ts';
export { type StoredRobots, toStoredRobots } from './robots/robots-store.ts';
export { searchHosts, whyNoSearch } from './search/not-configured.ts';
export {
  freshnesses,
  maxQueryChars,
  maxResults,
  type SearchQuery,
} from './search/provider.ts';
export { type SearchOutcome, searchWeb } from './search/search-web.ts';
