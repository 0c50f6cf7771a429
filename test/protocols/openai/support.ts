import { exports } from 'cloudflare:workers';
import OpenAI from 'openai';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { playScript, type ScriptedProvider } from '../../support/provider/client.ts';
import type { Round, Script } from '../../support/provider/script.ts';

/** Returns an OpenAI client that calls the fetch handler of the worker. */
export const clientOf = (key: string): OpenAI =>
  new OpenAI({
    apiKey: key,
    baseURL: 'http://agentgrid.test/v1',
    maxRetries: 0,
    dangerouslyAllowBrowser: true,
    fetch: (input, init) =>
      exports.default.fetch(new Request(input as RequestInfo, init as RequestInit)),
  });

export interface Scene {
  readonly workspace: Workspace;
  readonly client: OpenAI;
  /** The slug of the agent. */
  readonly model: string;
  readonly agent_id: string;
  readonly scripted: ScriptedProvider;
}

export const usage = {
  input_tokens: 20,
  cache_read_tokens: 8,
  output_tokens: 9,
  reasoning_tokens: 3,
};
export const says = (...text: string[]): Round => ({ text, usage });

/** Creates a workspace with an agent whose model plays the script. */
export async function scene(script: Script, config: object = {}): Promise<Scene> {
  const scripted = await playScript(script);
  const workspace = await newWorkspace();
  await workspace.put('/providers/openai', { api_key: scripted.api_key });
  const fields = {
    instructions: 'You are terse.',
    model: 'openai/gpt-5-mini',
    knowledge: { base_ids: [] },
    ...config,
  };
  const { body } = await workspace.post('/agents', { name: 'Support', config: fields });
  return {
    workspace,
    client: clientOf(workspace.key),
    model: body.slug,
    agent_id: body.id,
    scripted,
  };
}

export const weather = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

/** Returns the API error that the client throws. Throws if the call succeeds. */
export async function failureOf(call: PromiseLike<unknown>) {
  const error = await Promise.resolve(call).then(
    () => {
      throw new Error('the call did not fail');
    },
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OpenAI.APIError)) throw error;
  return error;
}
