import { faultOf } from './faults.ts';

export const providers = ['brave', 'tavily', 'exa', 'serpapi', 'searxng'] as const;
export type ProviderName = (typeof providers)[number];

export interface Result {
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly date?: string;
}

export type FaultName =
  | 'wrong-key'
  | 'rate-limit'
  | 'quota'
  | 'down'
  | 'html'
  | 'invalid'
  | 'other-shape'
  | 'silent'
  | 'slow'
  | 'huge';

/** The answers of the providers to one key. Unknown keys are wrong keys, as in reality. */
export interface SearchScript {
  readonly results: readonly Result[];
  /** One for each request; null and further requests are answered. */
  readonly faults?: readonly (FaultName | null)[];
}

export interface SearchRequest {
  readonly provider: ProviderName;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const hosts: Readonly<Record<string, ProviderName>> = {
  'api.search.brave.com': 'brave',
  'api.tavily.com': 'tavily',
  'api.exa.ai': 'exa',
  'serpapi.com': 'serpapi',
  'searx.example.com': 'searxng',
};
export const searchHosts: ReadonlySet<string> = new Set(Object.keys(hosts));

const scripts = new Map<string, { script: SearchScript; next: number }>();
const requests = new Map<string, SearchRequest[]>();

/** Answers as the providers do, in their formats. Paths under `/_scripts/` control it. */
export async function search(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const body = await request.text();
  const [, , id = ''] = url.pathname.split('/');
  if (url.pathname.startsWith('/_scripts/')) return control(request.method, id, body);
  const provider = hosts[url.hostname] as ProviderName;
  const key = keyOf(provider, request.headers, url);
  const headers = Object.fromEntries(request.headers);
  requests.set(key, [...(requests.get(key) ?? []), { provider, url: url.href, headers, body }]);
  const play = scripts.get(key);
  if (play === undefined) return faultOf(provider, 'wrong-key', key);
  const fault = play.script.faults?.[play.next] ?? null;
  play.next += 1;
  return fault === null ? answer(provider, play.script.results) : faultOf(provider, fault, key);
}

function control(method: string, id: string, body: string): Response {
  if (method === 'PUT') {
    scripts.set(id, { script: JSON.parse(body) as SearchScript, next: 0 });
    return new Response(null, { status: 204 });
  }
  return Response.json(requests.get(id) ?? []);
}

function keyOf(provider: ProviderName, headers: Headers, url: URL): string {
  switch (provider) {
    case 'brave':
      return headers.get('x-subscription-token') ?? '';
    case 'tavily':
      return headers.get('authorization')?.replace('Bearer ', '') ?? '';
    case 'exa':
      return headers.get('x-api-key') ?? '';
    case 'serpapi':
      return url.searchParams.get('api_key') ?? '';
    case 'searxng':
      return url.pathname.split('/')[1] ?? '';
  }
}

function answer(provider: ProviderName, results: readonly Result[]): Response {
  switch (provider) {
    case 'brave':
      return Response.json({
        type: 'search',
        query: { original: 'q' },
        ...(results.length === 0
          ? {}
          : {
              web: {
                type: 'search',
                results: results.map(({ url, title, text, date }) => ({
                  ...{ title, url, description: text.replace('&', '&amp;') },
                  ...(date === undefined ? {} : { page_age: date, age: '3 days ago' }),
                })),
              },
            }),
      });
    case 'tavily':
      return Response.json({
        ...{ query: 'q', response_time: 0.4, request_id: 'r' },
        results: results.map(({ url, title, text, date }) => ({
          ...{ title, url, content: text, score: 0.9, raw_content: null },
          ...(date === undefined ? {} : { published_date: new Date(`${date}Z`).toUTCString() }),
        })),
      });
    case 'exa':
      return Response.json({
        requestId: 'r',
        results: results.map(({ url, title, text, date }) => ({
          ...{ id: url, title, url, publishedDate: date === undefined ? null : `${date}.000Z` },
          ...{ highlights: [text], highlightScores: [0.4] },
        })),
        costDollars: { total: 0.0075, search: { neural: 0.0075 } },
      });
    case 'serpapi':
      return Response.json({
        search_metadata: { id: 's', status: 'Success' },
        search_parameters: { engine: 'google' },
        ...(results.length === 0
          ? {
              search_information: { organic_results_state: 'Fully empty' },
              error: "Google hasn't returned any results for this query.",
            }
          : {
              organic_results: results.map(({ url, title, text, date }, index) => ({
                ...{ position: index + 1, title, link: url, snippet: text },
                ...(date === undefined ? {} : { date: new Date(`${date}Z`).toUTCString() }),
              })),
            }),
      });
    case 'searxng':
      return Response.json({
        ...{ query: 'q', number_of_results: 0, answers: [], suggestions: [] },
        results: results.map(({ url, title, text, date }) => ({
          ...{ url, title, content: text, engine: 'duckduckgo', engines: ['duckduckgo'], score: 1 },
          publishedDate: date ?? null,
        })),
        unresponsive_engines: [],
      });
  }
}
