import { second } from '../../../shared/time.ts';
import { faultOfStatus, type SearchFault, unreadable } from '../fault.ts';
import type { SearchProvider } from '../provider.ts';
import { withSites } from '../query.ts';
import { member, type SearchReply } from '../reply.ts';

/** https://api-dashboard.search.brave.com/app/documentation/web-search */
export const brave: SearchProvider = {
  id: 'brave',
  name: 'Brave Search',
  default_base_url: 'https://api.search.brave.com',
  needs_key: true,
  key_variable: 'BRAVE_API_KEY',
  price_usd: 0.005,
  request(query, { base_url, api_key }) {
    const params = new URLSearchParams({
      q: withSites(query),
      count: String(query.count),
      text_decorations: 'false',
      ...(query.freshness === null ? {} : { freshness: `p${query.freshness[0]}` }),
    });
    return {
      url: `${base_url}/res/v1/web/search?${params}`,
      method: 'GET',
      headers: { accept: 'application/json', 'x-subscription-token': api_key ?? '' },
    };
  },
  read(reply) {
    if (reply.status !== 200) return faultOf(reply);
    const web = member(reply.json, 'web');
    const results = web === undefined ? [] : member(web, 'results');
    if (!Array.isArray(results) || member(reply.json, 'type') !== 'search') return unreadable;
    return {
      results: results.map((one) => ({
        url: member(one, 'url'),
        title: member(one, 'title'),
        snippets: [member(one, 'description'), ...[member(one, 'extra_snippets') ?? []].flat()],
        date: member(one, 'page_age'),
      })),
    };
  },
};

/** A wrong key is a 422; a used up month is a 429 like a short burst. */
function faultOf(reply: SearchReply): SearchFault {
  const error = member(reply.json, 'error');
  const fault = faultOfStatus(reply, member(error, 'detail'));
  const code = member(error, 'code');
  if (code === 'SUBSCRIPTION_TOKEN_INVALID' || isAboutToken(error))
    return { ...fault, code: 'provider_auth' };
  if (reply.status !== 429) return fault;
  const [burst = 0, month = 0] = numbersOf(reply.headers, 'x-ratelimit-reset');
  const [, left = Number.NaN] = numbersOf(reply.headers, 'x-ratelimit-remaining');
  return code === 'QUOTA_LIMITED' || left === 0
    ? { ...fault, code: 'quota_exhausted', retry_after_ms: month * second }
    : { ...fault, retry_after_ms: burst * second };
}

/** A missing key is a validation error of its header. */
const isAboutToken = (error: unknown): boolean =>
  member(error, 'code') === 'VALIDATION' &&
  /x-subscription-token/i.test(JSON.stringify(member(error, 'meta') ?? ''));

/** Rate headers have a value for each window: the second, then the month. */
const numbersOf = (headers: Headers, name: string): number[] =>
  (headers.get(name) ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
    .filter((value) => value >= 0);
