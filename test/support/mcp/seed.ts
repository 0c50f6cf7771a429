import type { Workspace } from '../api.ts';
import { created } from '../knowledge-states.ts';
import { FakeMcp } from './client.ts';

const newName = () => `s${crypto.randomUUID().slice(0, 8)}`;

/** A server with one tool, whose hash is among the values. */
export async function newServer(workspace: Workspace) {
  const properties = { query: { type: 'string' } };
  const tools = [{ name: 'search', inputSchema: { type: 'object', properties } }];
  const { url } = await FakeMcp.start({ tools });
  const server = await created(workspace, '/tools/mcp', { name: newName(), url });
  return { server: server.id as string, hash: server.catalog[0].hash as string };
}

/** Bodies for operations whose documented example needs something that only a seed has. */
export const mcpBodies = {
  'POST /api/v1/tools/mcp': () => ({
    ...{ name: 'documentation', url: 'https://mcp-unknown.example.com/mcp' },
  }),
  'POST /api/v1/tools/mcp/{server}/accept': ({ hash = null }: { hash?: string | null }) => ({
    tools: [{ name: 'search', hash }],
  }),
};
