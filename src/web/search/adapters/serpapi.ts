import { faultOfStatus, type SearchFault, unreadable } from '../fault.ts';
import type { SearchProvider } from '../provider.ts';
import { withSites } from '../query.ts';
import { member, type SearchReply } from '../reply.ts';

/** https://serpapi.com/search-api. The key is part of the URL, which therefore appears in no log or error. */
export const serpapi: SearchProvider = {
  id: 'serpapi',
  name: 'SerpApi',
  default_base_url: 'https://serpapi.com',
  needs_key: true,
  key_variable: 'SERPAPI_API_KEY',
  price_usd: 0.015,
  request(query, { base_url, api_key }) {
    const params = new URLSearchParams({
      engine: 'google',
      q: withSites(query),
      ...(query.freshness === null ? {} : { tbs: `qdr:${query.freshness[0]}` }),
      api_key: api_key ?? '',
    });
    return {
      url: `${base_url}/search.json?${params}`,
      method: 'GET',
      headers: { accept: 'application/json' },
    };
  },
  read(reply) {
    const said = member(reply.json, 'error');
    if (reply.status !== 200) return faultOf(reply, said);
    const status = member(member(reply.json, 'search_metadata'), 'status');
    if (status === 'Error') return { ...unreadable, detail: `The search failed: ${said}` };
    const results = member(reply.json, 'organic_results');
    // Without results the search has succeeded, and `error` says that there are none.
    if (results === undefined && status === 'Success') return { results: [] };
    if (!Array.isArray(results)) return unreadable;
    return {
      results: results.map((one) => ({
        url: member(one, 'link'),
        title: member(one, 'title'),
        snippets: [member(one, 'snippet')],
        date: member(one, 'date'),
      })),
    };
  },
};

/** 429 stands for the hourly limit and for an account that has run out of searches. */
function faultOf(reply: SearchReply, said: unknown): SearchFault {
  const fault = faultOfStatus(reply, said);
  return reply.status === 429 && /run out|searches? left/i.test(String(said))
    ? { ...fault, code: 'quota_exhausted' }
    : fault;
}
