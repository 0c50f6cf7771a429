#!/usr/bin/env bash
# One would guess that a server of the Model Context Protocol answers an unexpected error of a handler with "Internal error", as frameworks for
# HTTP do. @modelcontextprotocol/server 2.4.0 sends the message of whatever is thrown, such as a connection string of a database, in
# both generations of the protocol, from handlers of the low-level Server as errors and from tools of McpServer as results. There is no option
# against it: `onerror` is not even called for it. Who serves others: catch everything in each handler, and throw only errors made for clients.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/server@2.4.0 zod@4.6.7
cat >serve.mjs <<'SCRIPT'
import { createMcpHandler, McpServer, Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
const fail = async () => {
  throw new Error('connect to postgres://admin:hunter2@db failed');
};
const reported = [];
const low = createMcpHandler(
  () => {
    const server = new Server({ name: 's', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', fail);
    return server;
  },
  { onerror: (error) => reported.push(error.message) },
);
const high = createMcpHandler(() => {
  const server = new McpServer({ name: 's', version: '1' });
  server.registerTool('t', { inputSchema: z.object({}) }, fail);
  return server;
});
const ask = async (handler, method, isModern) => {
  const name = 'io.modelcontextprotocol';
  const _meta = { [`${name}/protocolVersion`]: '2026-07-28', [`${name}/clientInfo`]: { name: 'c', version: '1' }, [`${name}/clientCapabilities`]: {} };
  const params = { ...(method === 'tools/call' ? { name: 't', arguments: {} } : {}), ...(isModern ? { _meta } : {}) };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(isModern ? { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': 't' } : {}),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await handler.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
  return (await response.text()).trim();
};
const answers = [];
for (const isModern of [false, true]) {
  answers.push(await ask(low, 'tools/list', isModern), await ask(high, 'tools/call', isModern));
}
for (const answer of answers) console.log(answer);
console.log('reported to onerror:', reported);
process.exit(answers.every((answer) => answer.includes('hunter2')) && reported.length === 0 ? 0 : 1);
SCRIPT
node serve.mjs
