import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, openClient } from '../../../scripts/client.ts';
import { playScript, type ScriptedProvider } from '../../support/provider/client.ts';
import type { Round, Script } from '../../support/provider/script.ts';
import { startProvider } from '../support/provider-process.ts';
import { openSharedWorkspace } from '../support/shared-server.ts';

/** A provider process, and a workspace on the shared server, for clients of OpenAI's API. */
export class Stage {
  /** `baseURL` of a client. */
  readonly url: string;
  readonly key: string;
  readonly api: Client;
  /** Paths of the orders that agents have deleted. */
  readonly deleted: string[] = [];
  #orders: Promise<void> | undefined;
  readonly #provider: Awaited<ReturnType<typeof startProvider>>;

  private constructor(
    url: string,
    provider: Awaited<ReturnType<typeof startProvider>>,
    key: string,
  ) {
    this.url = `${url}/v1`;
    this.key = key;
    this.api = openClient(url, key);
    this.#provider = provider;
  }

  static async open(): Promise<Stage> {
    const [{ url, key }, provider] = await Promise.all([openSharedWorkspace(), startProvider()]);
    return new Stage(url, provider, key);
  }

  close(): void {
    this.#provider.stop();
  }

  /** Creates an agent with a scripted model, over the given protocol of the provider. */
  async agent(
    rounds: readonly Round[],
    { by = 'openai-compatible', config = {} }: { by?: ProviderId; config?: object } = {},
  ): Promise<Scene> {
    const script: Script = { rounds };
    const scripted = await playScript(script, this.#provider.url);
    const base_url =
      by === 'openai-compatible' ? scripted.base_url.compatible : scripted.base_url.openai;
    await this.api.call('PUT', `/providers/${by}`, {
      json: { base_url, api_key: scripted.api_key },
    });
    const model = `${by}/${by === 'openai-compatible' ? 'scripted' : 'gpt-4.1-mini'}`;
    const fields = { instructions: 'Help.', model, knowledge: { base_ids: [] }, ...config };
    const agent = await this.api.call<{ slug: string }>('POST', '/agents', {
      json: { name: crypto.randomUUID(), config: fields },
    });
    return { model: agent.slug, scripted };
  }

  /** Creates an agent that deletes orders once that is approved. */
  async desk(rounds: readonly Round[]): Promise<Scene> {
    this.#orders ??= this.#addOrders();
    await this.#orders;
    return this.agent(rounds, { config: { tools: ['delete_order'] } });
  }

  async #addOrders(): Promise<void> {
    const site = createServer((request, response) => {
      if (request.method === 'DELETE') this.deleted.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    site.unref();
    const { port } = site.address() as AddressInfo;
    const properties = { order: { type: 'string' } };
    await this.api.call('POST', '/tools', {
      json: {
        ...{ name: 'delete_order', description: 'Deletes an order.', effect: 'destructive' },
        ...{ method: 'DELETE', url: `http://127.0.0.1:${port}/orders/{order}` },
        input_schema: { type: 'object', properties, required: ['order'] },
      },
    });
  }

  /** Creates an agent that answers from one document and cites it. */
  async citingAgent(): Promise<{ readonly model: string; readonly file_id: string }> {
    interface Agent {
      readonly slug: string;
      readonly config: { readonly knowledge: { readonly base_ids: readonly string[] } };
    }
    const json = { name: crypto.randomUUID(), config: { model: 'builtin/extractive' } };
    const agent = await this.api.call<Agent>('POST', '/agents', { json });
    const [base] = agent.config.knowledge.base_ids;
    const text = '# Filters\n\nReplace the carbon filter after two hundred litres of water.\n';
    const file = await this.api.call<{ id: string }>('POST', `/knowledge-bases/${base}/files`, {
      json: { name: 'filters.md', text },
    });
    for (let tries = 0; tries < 200; tries += 1) {
      const { status } = await this.api.call<{ status: string }>('GET', `/files/${file.id}`);
      if (status === 'ready') return { model: agent.slug, file_id: file.id };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the document is not ready');
  }
}

type ProviderId = 'openai-compatible' | 'openai' | 'openai-chat';

export interface Scene {
  /** The agent's slug. */
  readonly model: string;
  readonly scripted: ScriptedProvider;
}

export const question = 'After how many litres do I replace the carbon filter?';
export const says = (...text: string[]): Round => ({
  text,
  usage: { input_tokens: 12, output_tokens: 5 },
});
export const calls = (...names: string[]): Round => ({
  tool_calls: names.map((city) => ({
    id: `call_${city}`,
    name: 'get_weather',
    arguments: { city },
  })),
  usage: { input_tokens: 12, output_tokens: 5 },
});

/** A call of an agent of `desk`. */
export const deletes = (order: string): Round => ({
  tool_calls: [{ id: `call_${order}`, name: 'delete_order', arguments: { order } }],
  usage: { input_tokens: 12, output_tokens: 5 },
});

export const weatherSchema = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
};

export const numberSchema = {
  type: 'object' as const,
  properties: { n: { type: 'number' as const } },
  required: ['n'],
  additionalProperties: false,
};

/** Bodies of the requests that the provider has received. */
// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
export const sentTo = async ({ scripted }: Scene): Promise<any[]> =>
  (await scripted.requests()).map(({ body }) => body);
