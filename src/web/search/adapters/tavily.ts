import { second } from '../../../shared/time.ts';
import { faultOfStatus, type SearchFault, unreadable } from '../fault.ts';
import type { SearchProvider } from '../provider.ts';
import { member, type SearchReply } from '../reply.ts';

/** https://docs.tavily.com/documentation/api-reference/endpoint/search */
export const tavily: SearchProvider = {
  id: 'tavily',
  name: 'Tavily',
  default_base_url: 'https://api.tavily.com',
  needs_key: true,
  key_variable: 'TAVILY_API_KEY',
  price_usd: 0.008,
  request({ query, count, freshness, allowed_domains, blocked_domains }, { base_url, api_key }) {
    return {
      url: `${base_url}/search`,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${api_key}`,
      },
      body: JSON.stringify({
        query,
        search_depth: 'basic',
        max_results: count,
        ...(freshness === null ? {} : { time_range: freshness }),
        ...(allowed_domains.length === 0 ? {} : { include_domains: allowed_domains }),
        ...(blocked_domains.length === 0 ? {} : { exclude_domains: blocked_domains }),
      }),
    };
  },
  read(reply) {
    if (reply.status !== 200) return faultOf(reply);
    const results = member(reply.json, 'results');
    if (!Array.isArray(results)) return unreadable;
    return {
      results: results.map((one) => ({
        url: member(one, 'url'),
        title: member(one, 'title'),
        snippets: [member(one, 'content')],
        date: member(one, 'published_date'),
      })),
    };
  },
};

/** 432 and 433 are limits of the plan and of pay-as-you-go. Messages come in three forms. */
function faultOf(reply: SearchReply): SearchFault {
  const detail = member(reply.json, 'detail');
  const error = member(reply.json, 'error');
  const said =
    typeof detail === 'string'
      ? detail
      : (member(detail, 'error') ??
        (Array.isArray(detail) ? member(detail[0], 'msg') : undefined) ??
        member(error, 'message'));
  const fault = faultOfStatus(reply, said);
  if (reply.status === 432 || reply.status === 433) return { ...fault, code: 'quota_exhausted' };
  const wait = Number(member(error, 'retry_after_seconds'));
  return wait > 0 ? { ...fault, retry_after_ms: wait * second } : fault;
}
