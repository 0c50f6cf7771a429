// npm run bench:cost: D1 round trips and rows of each budgeted operation, from the Server-Timing header of the API.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openClient } from '../scripts/client.ts';
import { openWorkspace } from '../scripts/demo-workspace.ts';
import { freePort, startServer } from '../scripts/server.ts';
import { openState } from '../scripts/state.ts';
import { type Call, measureOperations } from './operations.ts';

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-cost-'));
const state = openState(directory, undefined);
const options = {
  port: await freePort(),
  directory,
  root_key: state.root_key,
  vars: [],
  onLine: () => undefined,
};
const server = await startServer(options, new AbortController().signal);
try {
  const { key } = await openWorkspace(server.url, directory, state);
  const client = openClient(server.url, key);
  const call: Call = async (method, path, json, headers) => {
    const response = await client.send(method, path, {
      json,
      ...(headers && { headers }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') ? JSON.parse(text) : text,
    };
  };
  const costs = await measureOperations(call, async (file) => {
    for (let tries = 0; tries < 300; tries += 1) {
      if ((await client.call<{ status: string }>('GET', `/files/${file}`)).status === 'ready')
        return;
      await wait(100);
    }
    throw new Error('The file was not ready within 30 s.');
  });
  console.table(Object.fromEntries(costs.map(({ operation, ...cost }) => [operation, cost])));
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
