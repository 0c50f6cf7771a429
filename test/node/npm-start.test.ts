import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/server.ts';
import { familyOf, stillRunning } from './support/processes.ts';

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-npm-'));
const started: number[] = [];
afterAll(() => {
  for (const pid of stillRunning(started)) process.kill(pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

// As people start it: it builds the Worker.
const { BUILT_WORKER: _, ...environment } = process.env;

/** Runs `npm start` as a terminal or a supervisor does: only the process number of npm is known. */
async function npmStart(port: number) {
  const flags = ['--port', String(port), '--no-sample', '--persist-to', directory, '--json'];
  const npm = spawn('npm', ['start', '--silent', '--', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  const exit = once(npm, 'exit');
  let failed = '';
  npm.stderr.on('data', (chunk) => {
    failed += chunk;
  });
  const lines = createInterface({ input: npm.stdout });
  const [line] = await Promise.race([once(lines, 'line'), exit.then(() => [null])]);
  if (typeof line !== 'string') throw new Error(`npm start failed:\n${failed}`);
  const family = familyOf(npm.pid);
  started.push(...family);
  return { npm, exit, family, url: JSON.parse(line).url as string };
}

// All tests share one data directory and one port, since starting a server takes most of the time.
describe('npm start', () => {
  let port: number;
  let life: Awaited<ReturnType<typeof npmStart>>;
  beforeAll(async () => {
    port = await freePort();
    life = await npmStart(port);
  });
  /** The only child of npm, which has replaced the shell. */
  const serverOf = () => life.family[1] ?? 0;

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'takes over directory and port directly after the server received %s',
    async (signal) => {
      const { family } = life;
      process.kill(serverOf(), signal);
      life = await npmStart(port);
      expect(stillRunning(family)).toEqual([]);
      expect((await fetch(`${life.url}/healthz`)).status).toBe(200);
    },
  );

  it('ends with all of its processes when only npm receives SIGINT', async () => {
    const { npm, exit, family } = life;
    expect(family.length).toBeGreaterThanOrEqual(5);
    npm.kill('SIGINT');
    await exit;
    await vi.waitUntil(() => stillRunning(family).length === 0, {
      timeout: 150_000,
      interval: 100,
    });
    expect(existsSync(join(directory, 'agentgrid.lock'))).toBe(false);
  });
});
