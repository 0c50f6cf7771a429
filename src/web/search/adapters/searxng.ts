import { faultOfStatus, type SearchFault, unreadable } from '../fault.ts';
import type { Freshness, SearchProvider } from '../provider.ts';
import { withSites } from '../query.ts';
import { member, type SearchReply } from '../reply.ts';

/** Not every engine knows weeks. */
const rangeOf: Readonly<Record<Freshness, string>> = {
  day: 'day',
  week: 'month',
  month: 'month',
  year: 'year',
};

/** https://docs.searxng.org/dev/search_api.html */
export const searxng: SearchProvider = {
  id: 'searxng',
  name: 'SearXNG',
  default_base_url: null,
  needs_key: false,
  key_variable: null,
  url_variable: 'SEARXNG_URL',
  price_usd: 0,
  request(query, { base_url, api_key }) {
    const params = new URLSearchParams({
      q: withSites(query),
      format: 'json',
      ...(query.freshness === null ? {} : { time_range: rangeOf[query.freshness] }),
    });
    return {
      url: `${base_url}/search?${params}`,
      method: 'GET',
      headers: {
        accept: 'application/json',
        ...(api_key === null ? {} : { authorization: `Bearer ${api_key}` }),
      },
    };
  },
  read(reply) {
    const isJson = reply.json !== undefined;
    if (!isJson && (reply.status === 403 || reply.status === 200)) return noJson;
    if (reply.status !== 200) return faultOfStatus(reply, member(reply.json, 'error'));
    const results = member(reply.json, 'results');
    if (!Array.isArray(results)) return unreadable;
    return results.length === 0
      ? (silentEngines(reply) ?? { results: [] })
      : { results: results.map(toHit) };
  },
};

const toHit = (one: unknown) => ({
  url: member(one, 'url'),
  title: member(one, 'title'),
  snippets: [member(one, 'content')],
  date: member(one, 'publishedDate'),
});

const noJson: SearchFault = {
  code: 'misconfigured',
  detail:
    'The server does not return JSON. Add `json` to `search.formats` in its settings.yml, and check the base URL.',
};

/** No results, because engines did not answer: that is no statement about the web. */
function silentEngines({ json }: SearchReply): SearchFault | null {
  const engines = member(json, 'unresponsive_engines');
  if (!Array.isArray(engines) || engines.length === 0) return null;
  const names = engines.slice(0, 5).map((one) => String([one].flat()[0]).slice(0, 40));
  return { code: 'unavailable', detail: `Its engines did not answer: ${names.join(', ')}.` };
}
