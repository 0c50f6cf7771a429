import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { OAuthWorld } from '../../support/oauth/authorization-server.ts';

/** An MCP server on this machine whose one tool says whose token it received, with its authorization server. */
export async function openProtectedServer(): Promise<{
  readonly url: string;
  readonly stop: () => void;
}> {
  let origin = '';
  const world = new OAuthWorld(() => origin);
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const request = new Request(new URL(url, origin), {
      ...{ method, headers: headers as Record<string, string> },
      ...(method === 'POST' && { body: await buffer(incoming) }),
    });
    const response = await world.handle(url.startsWith('/mcp') ? 'mcp' : 'as', request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.text());
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: world.mcpUrl, stop: () => server.close() };
}
