// Sets up the model of `npm run demo -- --tools`, simulated or real. Restores the previous settings of the workspace afterwards.
import { ApiError, type Client } from './client.ts';
import type { Peer } from './demo-peer.ts';

/** A model given with `--model`. */
export interface WantedModel {
  readonly name: string;
  readonly api_key: string | undefined;
  readonly base_url: string | undefined;
}

interface Provider {
  readonly id: string;
  readonly name: string;
  readonly usable: boolean;
  readonly base_url: string | null;
  readonly api_key: { readonly last_four: string | null } | null;
  readonly updated_at: string | null;
}

export interface DemoModel {
  readonly name: string;
  readonly description: string;
  restore(): Promise<void>;
}

const standIn = 'openai-compatible/stand-in';

/** Throws when the provider cannot be called, or has a key that the demo would overwrite. */
export async function chooseModel(
  client: Client,
  peer: Peer,
  wanted: WantedModel | null,
): Promise<DemoModel> {
  const name = wanted?.name ?? standIn;
  const id = name.split('/')[0] ?? '';
  const before = await client.call<Provider>('GET', `/providers/${id}`).catch((error: unknown) => {
    throw error instanceof ApiError && error.status === 404
      ? new Error(`Provider ${id} does not exist or accepts no key.`)
      : error;
  });
  const given = wanted === null ? { api_key: peer.model_key, base_url: `${peer.url}/v1` } : wanted;
  if (given.api_key === undefined && given.base_url === undefined) {
    if (!before.usable)
      throw new Error(
        `${before.name} has no key in this workspace: give --api-key, or --base-url where it needs none.`,
      );
    return {
      name,
      description: `${name} at ${before.base_url}, as the workspace has it`,
      restore: async () => undefined,
    };
  }
  if (before.api_key !== null) {
    throw new Error(
      `The workspace has a key for ${before.name}, which the demo would overwrite. ` +
        `Use another workspace, or that key: --model ${id}/NAME without --api-key and --base-url.`,
    );
  }
  const after = await setProvider(client, id, {
    api_key: given.api_key,
    base_url: given.base_url ?? null,
  });
  const key = after.api_key === null ? 'no key' : `key …${after.api_key.last_four ?? ''}`;
  const what =
    wanted === null
      ? ', simulated by scripts/demo-model.ts, not a language model; --model uses a real one'
      : '';
  return {
    name,
    description: `${name} at ${after.base_url}, ${key}${what}`,
    async restore() {
      if (before.updated_at === null) await client.call('DELETE', `/providers/${id}`);
      else await setProvider(client, id, { base_url: before.base_url });
    },
  };
}

async function setProvider(
  client: Client,
  id: string,
  json: { api_key?: string | undefined; base_url: string | null },
): Promise<Provider> {
  try {
    return await client.call<Provider>('PUT', `/providers/${id}`, { json });
  } catch (error) {
    throw explained(client, error);
  }
}

interface Override {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
}

/** Sets a price for the simulated model, so that the demo shows a cost and budgets of the workspace allow its calls. */
export async function priceStandIn(
  client: Client,
): Promise<{ readonly description: string; restore(): Promise<unknown> }> {
  const before = await readOverrides(client);
  const price = { input: 0.25, output: 2, cache_read: null, cache_write: null };
  const put = (overrides: readonly Override[]) =>
    client.call('PUT', '/prices', { json: { overrides } });
  await put([...before.filter(({ model }) => model !== standIn), { model: standIn, ...price }]);
  return {
    description: `priced by an override as if it cost $${price.input} and $${price.output} for a million tokens`,
    restore: () => put(before),
  };
}

/** Returns all price overrides: a change replaces the whole list. */
async function readOverrides(client: Client): Promise<Override[]> {
  const overrides: Override[] = [];
  for (let cursor = ''; ; ) {
    const page = await client.call<{
      readonly data: readonly {
        readonly model: string;
        readonly source: string;
        readonly prices: Omit<Override, 'model'>;
      }[];
      readonly next_cursor: string | null;
    }>('GET', `/prices?limit=100${cursor}`);
    for (const { model, source, prices } of page.data)
      if (source === 'override') overrides.push({ model, ...prices });
    if (page.next_cursor === null) return overrides;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}

/** Throws if the server does not allow addresses on this machine, where the services of the demo listen. */
export const explained = (client: Client, error: unknown): unknown =>
  error instanceof ApiError && error.code === 'url_not_allowed'
    ? new Error(
        `${client.url} does not call addresses on this machine, where the services of the demo listen. Start it with: npm start -- --var ALLOW_PRIVATE_NETWORK:true`,
      )
    : error;
