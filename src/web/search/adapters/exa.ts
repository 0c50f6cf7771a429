import { day } from '../../../shared/time.ts';
import { faultOfStatus, unreadable } from '../fault.ts';
import type { Freshness, SearchProvider } from '../provider.ts';
import { member } from '../reply.ts';

const daysOf: Readonly<Record<Freshness, number>> = { day: 1, week: 7, month: 31, year: 366 };

/** https://exa.ai/docs/reference/search */
export const exa: SearchProvider = {
  id: 'exa',
  name: 'Exa',
  default_base_url: 'https://api.exa.ai',
  needs_key: true,
  key_variable: 'EXA_API_KEY',
  price_usd: 0.007,
  request(
    { query, count, freshness, allowed_domains, blocked_domains },
    { base_url, api_key },
    now,
  ) {
    const since = freshness === null ? null : now - daysOf[freshness] * day;
    return {
      url: `${base_url}/search`,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-api-key': api_key ?? '',
      },
      body: JSON.stringify({
        query,
        type: 'auto',
        numResults: count,
        contents: { highlights: true },
        ...(since === null ? {} : { startPublishedDate: new Date(since).toISOString() }),
        ...(allowed_domains.length === 0 ? {} : { includeDomains: allowed_domains }),
        ...(blocked_domains.length === 0 ? {} : { excludeDomains: blocked_domains }),
      }),
    };
  },
  read(reply) {
    if (reply.status !== 200) return faultOfStatus(reply, member(reply.json, 'error'));
    const results = member(reply.json, 'results');
    if (!Array.isArray(results)) return unreadable;
    const cost_usd = member(member(reply.json, 'costDollars'), 'total');
    return {
      ...(typeof cost_usd === 'number' && cost_usd >= 0 && cost_usd < 1 ? { cost_usd } : {}),
      results: results.map((one) => ({
        url: member(one, 'url'),
        title: member(one, 'title'),
        snippets: [member(one, 'highlights') ?? [], member(one, 'text')].flat(),
        date: member(one, 'publishedDate'),
      })),
    };
  },
};
