// A process with MCP servers made by three packages, each at a path of its own. Prints its address.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPTransport } from '@hono/mcp';
import { McpServer as FormerMcpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import { z } from 'zod';

const sum = {
  description: 'Adds two numbers.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  outputSchema: z.object({ sum: z.number() }),
};
const add = async ({ a, b }: { a: number; b: number }) => ({
  content: [{ type: 'text' as const, text: JSON.stringify({ sum: a + b }) }],
  structuredContent: { sum: a + b },
});
const fail = async (): Promise<never> => {
  throw new Error('The printer is on fire.');
};

const current = createMcpHandler(() => {
  const server = new McpServer({ name: 'current', version: '1.0.0' });
  server.registerTool('sum', sum, add);
  server.registerTool('fail', { description: 'Fails.' }, fail);
  return server;
});

function former(name: string) {
  const server = new FormerMcpServer({ name, version: '1.0.0' });
  const { inputSchema, outputSchema, description } = sum;
  const shapes = { inputSchema: inputSchema.shape, outputSchema: outputSchema.shape };
  server.registerTool('sum', { description, ...shapes }, add);
  server.registerTool('fail', { description: 'Fails.' }, fail);
  return server;
}

const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function answerFormer(request: Request): Promise<Response> {
  const known = sessions.get(request.headers.get('mcp-session-id') ?? '');
  if (known !== undefined) return known.handleRequest(request);
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await former('former').connect(transport);
  return transport.handleRequest(request);
}

const hono = new Hono().all('/hono', async (c) => {
  const transport = new StreamableHTTPTransport();
  await former('hono').connect(transport);
  return (await transport.handleRequest(c)) ?? c.body(null, 202);
});

const answer = (request: Request): Promise<Response> | Response => {
  const { pathname } = new URL(request.url);
  if (pathname === '/current') return current.fetch(request);
  return pathname === '/former' ? answerFormer(request) : hono.fetch(request);
};

async function toRequest(message: IncomingMessage, origin: string): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return new Request(`${origin}${message.url}`, {
    method: message.method ?? 'GET',
    headers: message.headers as Record<string, string>,
    ...(body.length === 0 ? {} : { body }),
  });
}

const http = createServer(async (message, reply) => {
  const { port } = http.address() as AddressInfo;
  const response = await answer(await toRequest(message, `http://127.0.0.1:${port}`));
  reply.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body ?? []) reply.write(chunk);
  reply.end();
});
http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  console.log(`http://127.0.0.1:${port}`);
});
