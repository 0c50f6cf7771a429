import type { ProviderName, Result, SearchRequest, SearchScript } from './server.ts';

const control = 'https://searx.example.com/_scripts';

export interface SearchFake {
  /** Selects the script at every provider; unique, so that tests can search for it as a canary. */
  readonly key: string;
  /** The body with which the provider is configured. */
  settings(provider: ProviderName): object;
  /** The requests that the providers have received with this key, in order. */
  requests(): Promise<SearchRequest[]>;
}

/** Scripts the search providers for one key. */
export async function playSearch(script: SearchScript): Promise<SearchFake> {
  const key = `search-${crypto.randomUUID()}`;
  await fetch(`${control}/${key}`, { method: 'PUT', body: JSON.stringify(script) });
  return {
    key,
    settings: (provider) =>
      provider === 'searxng' ? { base_url: `https://searx.example.com/${key}` } : { api_key: key },
    requests: async () => (await fetch(`${control}/${key}`)).json(),
  };
}

export const result = (name: string, text = `Facts about ${name}.`): Result => ({
  url: `https://www.example.org/${name}`,
  title: `About ${name}`,
  text,
});
