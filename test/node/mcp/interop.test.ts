import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../scripts/server.ts';
import { Stage } from '../clients/stage.ts';

let stage: Stage;
let own: string;
let everything: string;
const children: ChildProcess[] = [];

function start(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  return child;
}

async function startOwn(): Promise<string> {
  const { stdout } = start(fileURLToPath(new URL('./servers.ts', import.meta.url)), []);
  const [line] = await once(stdout as NonNullable<typeof stdout>, 'data');
  return String(line).trim();
}

async function startEverything(): Promise<string> {
  const port = await freePort();
  const main = fileURLToPath(
    import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
  );
  start(main, ['streamableHttp'], { PORT: String(port) });
  const url = `http://127.0.0.1:${port}/mcp`;
  const isUp = async () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  for (let tries = 0; tries < 300 && !(await isUp()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return url;
}

beforeAll(async () => {
  [stage, own, everything] = await Promise.all([Stage.open(), startOwn(), startEverything()]);
});
afterAll(async () => {
  for (const child of children) child.kill();
  await stage?.close();
});

interface Server {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly server_info: { readonly protocol_version: string };
  readonly catalog: readonly { readonly name: string }[];
}
interface Result {
  readonly ok: boolean;
  readonly output: unknown;
  readonly error: string | null;
}

const add = (name: string, url: string) =>
  stage.api.call<Server>('POST', '/tools/mcp', { json: { name, url } });
const call = (server: Server, tool: string, input: object = {}) =>
  stage.api.call<Result>('POST', `/tools/mcp/${server.id}/test`, { json: { tool, input } });

it.each([
  ['@modelcontextprotocol/server 2.x', 'current', '2026-07-28'],
  ['@modelcontextprotocol/sdk 1.x with sessions', 'former', '2025-11-25'],
  ['@hono/mcp', 'hono', '2025-11-25'],
])('calls tools of a server made by %s', async (_, name, protocol_version) => {
  const server = await add(name, `${own}/${name}`);
  expect(server.status, server.error ?? '').toBe('ready');
  expect(server.server_info).toMatchObject({ protocol_version });
  expect(await call(server, 'sum', { a: 2, b: 3 })).toMatchObject({ ok: true, output: { sum: 5 } });
  expect((await call(server, 'sum', { a: 'two', b: 3 })).error).toContain('do not match');
  expect((await call(server, 'fail')).error).toContain('The printer is on fire.');
});

it('calls tools of @modelcontextprotocol/server-everything', async () => {
  const server = await add('everything', everything);
  expect(server.status, server.error ?? '').toBe('ready');
  expect(server.catalog.length).toBeGreaterThan(8);
  expect(await call(server, 'echo', { message: 'Grüezi' })).toMatchObject({
    ok: true,
    output: 'Echo: Grüezi',
  });
  expect(JSON.stringify((await call(server, 'get-tiny-image')).output)).toContain('image/png');
  expect(JSON.stringify((await call(server, 'get-resource-links', { count: 2 })).output)).toContain(
    'resource_link',
  );
  const weather = await call(server, 'get-structured-content', { location: 'New York' });
  expect(weather.output).toMatchObject({ temperature: expect.any(Number) });
});

it('runs an agent with the tools of a server', async () => {
  const { model, scripted } = await stage.agent(
    [
      {
        tool_calls: [{ id: 'call_1', name: 'current__sum', arguments: { a: 20, b: 22 } }],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
      { text: ['42.'], usage: { input_tokens: 1, output_tokens: 1 } },
    ],
    { config: { tools: ['current__*'], approvals: { write: 'never' } } },
  );
  const run = await stage.api.call<{ text?: string }>('POST', `/agents/${model}/runs`, {
    json: { message: 'What is 20 + 22?' },
  });
  expect(JSON.stringify(run)).toContain('42.');
  const [, second] = await scripted.requests();
  expect(JSON.stringify(second?.body)).toContain('\\"sum\\":42');
});
