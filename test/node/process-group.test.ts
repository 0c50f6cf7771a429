import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it, vi } from 'vitest';
import { startGroup } from '../../scripts/process-group.ts';
import { stillRunning } from './support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'agentgrid-group-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program with a child that would outlive it; prints both process ids. */
const program = join(folder, 'program.mjs');
writeFileSync(
  program,
  `import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore' });
  console.log(process.pid + ' ' + child.pid);
  if (process.argv[2] === 'fail') setTimeout(() => process.exit(3), 100);
  else setInterval(() => {}, 1000);`,
);

async function readPids(stream: NodeJS.ReadableStream | null): Promise<number[]> {
  if (stream === null) throw new Error('The process has no output stream.');
  const [line] = await once(createInterface({ input: stream }), 'line');
  return String(line).split(' ').map(Number);
}

it('ends all processes of the program on stop', async () => {
  const group = startGroup(program, [], {});
  const pids = await readPids(group.child.stdout);
  expect(stillRunning(pids)).toEqual(pids);
  await group.stop();
  expect(stillRunning([...pids, group.child.pid ?? 0])).toEqual([]);
});

it('ends the remaining processes when the program ends, and returns its exit status', async () => {
  const group = startGroup(program, ['fail'], {});
  const pids = await readPids(group.child.stdout);
  expect((await group.ended).code).toBe(3);
  expect(stillRunning(pids)).toEqual([]);
});

it('ends all processes when the parent is killed', async () => {
  const starter = join(folder, 'starter.mjs');
  writeFileSync(
    starter,
    `import { startGroup } from ${JSON.stringify(join(import.meta.dirname, '../../scripts/process-group.ts'))};
    startGroup(${JSON.stringify(program)}, [], {}).child.stdout.pipe(process.stdout);`,
  );
  const parent = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = await readPids(parent.stdout);
  expect(stillRunning(pids)).toEqual(pids);
  parent.kill('SIGKILL');
  await vi.waitUntil(() => stillRunning(pids).length === 0, { timeout: 150_000, interval: 100 });
});
