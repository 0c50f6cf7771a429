import type { SearchProviderId } from '../../db/schema/web-search.ts';
import type { DomainRules } from '../domains.ts';
import type { SearchFault } from './fault.ts';
import type { SearchReply } from './reply.ts';

export const freshnesses = ['day', 'week', 'month', 'year'] as const;
export type Freshness = (typeof freshnesses)[number];

export interface SearchQuery extends DomainRules {
  /** At most `maxQueryChars`. */
  readonly query: string;
  /** Number of results, 1 to `maxResults`. */
  readonly count: number;
  /** Maximum age of the pages; null for any. */
  readonly freshness: Freshness | null;
}

/** The shortest limit of the providers (Brave, Tavily). */
export const maxQueryChars = 400;
export const maxResults = 10;

export interface SearchHit {
  readonly url: string;
  readonly title: string;
  readonly snippet: string;
  /** RFC 3339 in UTC; null when the provider states none. */
  readonly published_at: string | null;
}

export interface SearchAccess {
  /** Without a slash at the end. */
  readonly base_url: string;
  readonly api_key: string | null;
}

interface SearchRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SearchAnswer {
  /** As the provider returns them: neither bounded nor filtered. */
  readonly results: readonly RawHit[];
  /** The price that the provider states; absent for its list price. */
  readonly cost_usd?: number;
}

/** Fields of a result of whatever type the provider sent. */
export interface RawHit {
  readonly url: unknown;
  readonly title: unknown;
  readonly snippets: readonly unknown[];
  readonly date?: unknown;
}

/** A search provider. All differences between providers are declared in its adapter. */
export interface SearchProvider {
  readonly id: SearchProviderId;
  readonly name: string;
  /** Null when it has to be set. */
  readonly default_base_url: string | null;
  readonly needs_key: boolean;
  /** Variable with the deployment's own key. */
  readonly key_variable: string | null;
  /** Variable with the base URL of the deployment's own server. */
  readonly url_variable?: string;
  /** List price of a search of up to 10 results. */
  readonly price_usd: number;
  request(query: SearchQuery, access: SearchAccess, now: number): SearchRequest;
  /** Returns the results, or why there are none. */
  read(reply: SearchReply): SearchAnswer | SearchFault;
}
