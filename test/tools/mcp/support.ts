import type { Workspace } from '../../support/api.ts';
import { FakeMcp } from '../../support/mcp/client.ts';
import type { FakeSpec } from '../../support/mcp/fake.ts';
import { playScript } from '../../support/provider/client.ts';
import type { Round, ToolCall } from '../../support/provider/script.ts';

export const search = {
  name: 'search',
  description: 'Searches tickets.',
  inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};

/** A server that a workspace has added as `tickets`. */
export async function addServer(workspace: Workspace, spec: FakeSpec, more: object = {}) {
  const server = await FakeMcp.start(spec);
  const { body } = await workspace.post('/tools/mcp', {
    ...{ name: 'tickets', url: server.url, ...more },
  });
  return { server, id: body.id as string, made: body };
}

export const testTool = async (
  workspace: Workspace,
  id: string,
  tool: string,
  input: object = {},
) => (await workspace.post(`/tools/mcp/${id}/test`, { tool, input })).body;

/** A call of a tool by the model. */
export const calls = (name: string, given: object = {}, id = 'call_1'): ToolCall => ({
  ...{ id, name },
  arguments: given,
});

/** An agent whose model makes these calls in turn and then answers. */
export async function newAgent(
  workspace: Workspace,
  tools: readonly string[],
  rounds: readonly Round[],
  config: object = {},
) {
  const scripted = await playScript({ rounds: [...rounds, { text: ['Done.'] }] });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const agent = await workspace.post('/agents', {
    name: crypto.randomUUID(),
    config: { instructions: 'x', model: 'openai-compatible/scripted', tools, ...config },
  });
  return { agent: agent.body, scripted };
}

/** Runs an agent once; returns the run with its tool calls. */
export async function runOnce(workspace: Workspace, agent: string) {
  const { body } = await workspace.post(`/agents/${agent}/runs`, { message: 'Hi' });
  const { body: run } = await workspace.get(`/runs/${body.run?.id ?? body.id}`);
  const steps = (run.steps ?? []).filter(({ type }: { type: string }) => type === 'tool');
  return { body, run, tools: steps };
}
