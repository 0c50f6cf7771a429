import type { FaultName, ProviderName } from './server.ts';

const html = (status: number) =>
  new Response('<!doctype html><title>Forbidden</title>', {
    status,
    headers: { 'content-type': 'text/html' },
  });
const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });

const braveError = (status: number, code: string, detail: string, meta: object = {}) =>
  ({ type: 'ErrorResponse', error: { id: 'e', status, code, detail, meta }, time: 1 }) as const;

/** Rate headers of Brave: the second, then the month. */
const braveLimits = (remaining: string, reset: string) => ({
  'x-ratelimit-limit': '1, 2000',
  'x-ratelimit-policy': '1;w=1, 2000;w=2592000',
  'x-ratelimit-remaining': remaining,
  'x-ratelimit-reset': reset,
});

type Faults = Readonly<Partial<Record<FaultName, (key: string) => Response>>>;

/** The errors of each provider in its own format. */
const faults: Readonly<Record<ProviderName, Faults>> = {
  brave: {
    'wrong-key': () =>
      json(
        422,
        braveError(
          422,
          'SUBSCRIPTION_TOKEN_INVALID',
          'The provided subscription token is invalid.',
        ),
      ),
    'rate-limit': () =>
      json(
        429,
        braveError(429, 'RATE_LIMITED', 'Request rate limit exceeded for plan.'),
        braveLimits('0, 1417', '1, 1419704'),
      ),
    quota: () =>
      json(
        429,
        braveError(429, 'RATE_LIMITED', 'Request rate limit exceeded for plan.'),
        braveLimits('1, 0', '1, 1419704'),
      ),
    invalid: () =>
      json(
        422,
        braveError(422, 'VALIDATION', 'Unable to validate request parameter(s)', {
          errors: [{ type: 'string_too_long', loc: ['query', 'q'] }],
        }),
      ),
    down: () => html(503),
  },
  tavily: {
    'wrong-key': (key) =>
      json(401, { detail: { error: `Unauthorized: missing or invalid API key ${key}.` } }),
    'rate-limit': () =>
      json(429, { error: { code: 'rate_limited', message: 'Slow down.', retry_after_seconds: 7 } }),
    quota: () =>
      json(432, { detail: { error: "This request exceeds your plan's set usage limit." } }),
    invalid: () =>
      json(422, {
        detail: [{ loc: ['body', 'query'], msg: 'Query is too long', type: 'value_error' }],
      }),
    down: () => json(500, { detail: { error: 'Internal Server Error' } }),
  },
  exa: {
    'wrong-key': () =>
      json(401, { requestId: 'r', error: 'Invalid API key', tag: 'INVALID_API_KEY' }),
    'rate-limit': () =>
      json(
        429,
        { requestId: 'r', error: 'Rate limit exceeded', tag: 'RATE_LIMITED' },
        { 'retry-after': '3' },
      ),
    quota: () =>
      json(402, {
        requestId: 'r',
        error: 'You have exceeded your credits limit.',
        tag: 'NO_MORE_CREDITS',
      }),
    invalid: () =>
      json(400, { requestId: 'r', error: 'Invalid domain', tag: 'INVALID_REQUEST_BODY' }),
    down: () => json(500, { requestId: 'r', error: 'Internal error', tag: 'INTERNAL_ERROR' }),
  },
  serpapi: {
    'wrong-key': (key) => json(401, { error: `Invalid API key. ${key}` }),
    'rate-limit': () => json(429, { error: 'You are exceeding 20% of your hourly throughput.' }),
    quota: () => json(429, { error: 'Your account has run out of searches.' }),
    invalid: () => json(400, { error: 'Missing query `q` parameter.' }),
    down: () =>
      json(503, {
        search_metadata: { id: 's', status: 'Error' },
        error: "We couldn't get valid results for this search. Please try again later.",
      }),
    // An error of the search with the status of a success.
    silent: () =>
      json(200, { search_metadata: { id: 's', status: 'Error' }, error: 'Proxy timeout.' }),
  },
  searxng: {
    'wrong-key': () => json(401, { error: 'Unauthorized' }),
    'rate-limit': () => new Response('Too Many Requests', { status: 429 }),
    quota: () => new Response('Too Many Requests', { status: 429 }),
    invalid: () => json(400, { error: 'No query' }),
    down: () => html(502),
    html: () => html(403),
    silent: () =>
      json(200, {
        query: 'q',
        results: [],
        unresponsive_engines: [
          ['google', 'CAPTCHA'],
          ['brave', 'timeout'],
        ],
      }),
  },
};

const common: Faults = {
  html: () => html(200),
  'other-shape': () => json(200, { data: 'none', results: 'none', web: null }),
  huge: () =>
    new Response(`{"results":["${'x'.repeat(2_500_000)}"]}`, {
      headers: { 'content-type': 'application/json' },
    }),
};

export async function faultOf(
  provider: ProviderName,
  fault: FaultName,
  key: string,
): Promise<Response> {
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, 15_000));
  const make = faults[provider][fault] ?? common[fault];
  return make?.(key) ?? new Response(null, { status: 500 });
}
