import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';

interface Command {
  readonly line: string;
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly files: readonly string[];
  /** The shell variable that takes something of the answer. */
  readonly variable: string | undefined;
}

/** The calls of `$URL` in the README's shell blocks, in their order; those that read from a pipe or call OpenAI aside. */
function readCommands(): Command[] {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(
    ([, text = '']) => text,
  );
  return blocks.flatMap((block) => {
    const text = block.replaceAll('\\\n', ' ');
    const starts = [...text.matchAll(/(?:(\w+)=\$\()?curl /g)];
    return starts.flatMap((start, index) => {
      const line = text.slice(start.index, starts[index + 1]?.index);
      const path = /\$URL(\/[^\s"]+)/.exec(line)?.[1];
      if (path === undefined || line.includes('-d @-') || path === '/providers/openai/test')
        return [];
      const all = (pattern: RegExp) => [...line.matchAll(pattern)].map(([, value = '']) => value);
      return {
        line,
        path,
        variable: start[1],
        method: /-X (\w+)/.exec(line)?.[1],
        headers: all(/-H ['"]([^'"$]+)['"]/g),
        body: /-d '(.*?)'/s.exec(line)?.[1],
        files: all(/-F file=@(\S+)/g),
      };
    });
  });
}

/** What the README takes from an answer, by the name of the variable. */
const taken: Readonly<Record<string, (answer: Record<string, unknown>) => unknown>> = {
  SESSION: ({ id }) => id,
  TOOL: ({ id }) => id,
  VERSION: ({ active_version }) => (active_version as { number: number }).number,
  RUN: ({ data }) => (data as { run_id: string }[])[0]?.run_id,
  WORKSPACE: ({ workspace_id }) => workspace_id,
};

let directory: string;
let server: SpawnedServer;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'agentgrid-readme-'));
  server = await spawnServer(directory, ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true']);
});
afterAll(async () => {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function send(command: Command, values: Readonly<Record<string, string>>): Promise<Response> {
  const { method, headers, body, files, line } = command;
  const path = command.path.replace(/\$(\w+)/g, (_, name: string) => values[name] ?? `no ${name}`);
  const form = new FormData();
  for (const file of files) form.append('file', new Blob([readFileSync(file)]), basename(file));
  const key = line.includes('$ROOT_KEY') ? server.root_key : server.key;
  const sent = new Headers(headers.map((header) => header.split(': ') as [string, string]));
  sent.set('authorization', `Bearer ${key}`);
  if (body !== undefined) sent.set('content-type', 'application/json');
  const payload = files.length > 0 ? form : (body ?? null);
  return await fetch(`${server.url}/api/v1${path}`, {
    method: method ?? (payload === null ? 'GET' : 'POST'),
    headers: sent,
    body: payload,
  });
}

describe('the README', () => {
  it('has calls that all succeed in their order, after which the demo with tools runs in the same workspace', async () => {
    const commands = readCommands();
    expect(commands.length).toBeGreaterThan(30);
    const values: Record<string, string> = {};
    for (const command of commands) {
      const response = await send(command, values);
      const text = await response.text();
      expect(response.status, `${command.line}\n${text.slice(0, 500)}`).toBeLessThan(300);
      if (command.variable !== undefined)
        values[command.variable] = String(taken[command.variable]?.(JSON.parse(text)));
    }
    const child = spawn(process.execPath, [
      'scripts/demo.ts',
      '--tools',
      '--url',
      server.url,
      '--key',
      server.key,
    ]);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (printed += data.toString('utf8')));
    const [code] = await once(child, 'close');
    expect({ code, printed }).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/Landquart.*six weeks/),
    });
  });
});
