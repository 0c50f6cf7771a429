import type { RecordedRequest } from './provider.ts';
import type { Script } from './script.ts';

/** Where the scripted provider is behind Miniflare's `outboundService`; no such host exists. */
const providerOrigin = 'https://provider.example.com';

export interface ScriptedProvider {
  /** For the real base URLs: the key finds the script. Unique, so that it can be searched for as a canary. */
  readonly api_key: string;
  readonly base_url: Readonly<
    Record<'openai' | 'compatible' | 'anthropic' | 'google' | 'bedrock', string>
  >;
  /** What has arrived, in its order. */
  requests(): Promise<RecordedRequest[]>;
  /** Requests that no script had an answer for, of all tests. */
  unexpected(): Promise<RecordedRequest[]>;
}

/** Gives the model its lines. `origin` is a real server's URL, or that behind `outboundService`. */
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
    unexpected: () => list(''),
  };
}
