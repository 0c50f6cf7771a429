import type { RecordedRequest } from './provider.ts';
import type { Script } from './script.ts';

/** Host of the scripted provider behind Miniflare's `outboundService`; it does not exist in DNS. */
const providerOrigin = 'https://provider.example.com';

export interface ScriptedProvider {
  /** The key selects the script at real base URLs. Unique, so that tests can search for it as a canary. */
  readonly api_key: string;
  readonly base_url: Readonly<
    Record<'openai' | 'compatible' | 'anthropic' | 'google' | 'bedrock', string>
  >;
  /** Returns the received requests, in order. */
  requests(): Promise<RecordedRequest[]>;
  /** Continues the answers that a fault holds. */
  release(): Promise<void>;
  /** Returns the requests of all tests that no script answered. */
  unexpected(): Promise<RecordedRequest[]>;
}

/** Registers a script. `origin` is the URL of a real server, or the host behind `outboundService`. */
export async function playScript(
  script: Script,
  origin: string = providerOrigin,
): Promise<ScriptedProvider> {
  const id = crypto.randomUUID();
  const put = await fetch(`${origin}/_scripts/${id}`, {
    method: 'PUT',
    body: JSON.stringify(script),
  });
  if (put.status !== 204) throw new Error(`The scripted provider does not answer: ${put.status}`);
  const list = async (path: string): Promise<RecordedRequest[]> =>
    (await fetch(`${origin}/_scripts/${path}`)).json();
  return {
    api_key: `sk-${id}.canary`,
    base_url: {
      openai: `${origin}/${id}/openai/v1`,
      compatible: `${origin}/${id}/v1`,
      anthropic: `${origin}/${id}/anthropic/v1`,
      google: `${origin}/${id}/google/v1beta`,
      bedrock: `${origin}/${id}/bedrock`,
    },
    requests: () => list(id),
    release: async () => void (await fetch(`${origin}/_scripts/${id}`, { method: 'POST' })),
    unexpected: () => list(''),
  };
}
