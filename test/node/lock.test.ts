import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockDirectory, lockPath } from '../../scripts/lock.ts';
import { hasMembers, startOf } from '../../scripts/processes.ts';

/** Runs a shell command until the end of the test. Returns the process and its first line of output. */
async function run(
  line: string,
  detached = false,
): Promise<{ child: ChildProcess; printed: string }> {
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'], detached });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, printed: String(printed) };
}

/** Returns the number of a zombie: a dead process that its parent does not reap. */
async function makeZombie(): Promise<number> {
  const { printed } = await run('sleep 0.3 & echo $!; exec sleep 60');
  const zombie = Number(printed);
  await expect
    .poll(() =>
      spawnSync('ps', ['-o', 'stat=', '-p', String(zombie)], { encoding: 'utf8' }).stdout.trim(),
    )
    .toMatch(/^Z/);
  return zombie;
}

describe('the lock of a data directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'agentgrid-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const holdBy = (holder: unknown) =>
    writeFileSync(
      lockPath(directory),
      typeof holder === 'string' ? holder : JSON.stringify(holder),
    );
  const taken = async () => {
    const lock = await lockDirectory(directory);
    expect(JSON.parse(readFileSync(lockPath(directory), 'utf8'))).toMatchObject({
      pid: process.pid,
      started: startOf(process.pid),
    });
    lock.release();
    expect(existsSync(lockPath(directory))).toBe(false);
  };
  const refused = async (holder: number) => {
    const before = readFileSync(lockPath(directory), 'utf8');
    await expect(lockDirectory(directory)).rejects.toThrow(
      `${directory} is in use by another AgentGrid (process ${holder}).`,
    );
    expect(readFileSync(lockPath(directory), 'utf8')).toBe(before);
  };
  const old = () =>
    utimesSync(lockPath(directory), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));

  it('has one holder and can be taken again afterwards, also in a new directory', async () => {
    await taken();
    rmSync(directory, { recursive: true });
    await taken();
  });

  it('is not taken from a running process, however old its heartbeat', async () => {
    holdBy({ pid: process.ppid, started: startOf(process.ppid) });
    await refused(process.ppid);
    old();
    await refused(process.ppid);
  });

  it('is taken at once from a zombie, with or without its start time in the lock', async () => {
    const zombie = await makeZombie();
    expect(startOf(zombie)).toBeNull();
    holdBy({ pid: zombie, started: '1' });
    await taken();
    holdBy(String(zombie));
    await taken();
  });

  it('is taken at once from a process that was killed, before and after its parent has noticed', async () => {
    const { child } = await run('echo up; exec sleep 60');
    const pid = child.pid ?? 0;
    holdBy({ pid, started: startOf(pid) });
    await refused(pid);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    await taken();
  });

  it('is taken from a holder whose number another process now has', async () => {
    holdBy({ pid: process.ppid, started: `${startOf(process.ppid)}0` });
    await taken();
    holdBy({ pid: process.pid, started: 'earlier' });
    await taken();
  });

  it('of an earlier release, with a number only, is held while its heartbeat is recent', async () => {
    holdBy(String(process.ppid));
    await refused(process.ppid);
    old();
    await taken();
    holdBy(String(spawnSync(process.execPath, ['-e', '0']).pid));
    await taken();
    holdBy(String(process.pid));
    await taken();
  });

  it.each(['', '{', 'null', '{"pid":-1}', '[]'])(
    'with the content %j is taken only if it does not change for a while',
    async (text) => {
      holdBy(text);
      await expect(lockDirectory(directory)).rejects.toThrow('in use by another AgentGrid.');
      old();
      await taken();
    },
  );

  it('is awaited while its holder is stopping', async () => {
    const { child } = await run('echo up; sleep 1');
    const pid = child.pid ?? 0;
    holdBy({ pid, started: startOf(pid), is_stopping: true });
    await taken();
    expect(startOf(pid)).toBeNull();
  });

  it('is awaited while processes of its dead holder are ending', async () => {
    const zombie = await makeZombie();
    const { child } = await run('echo up; sleep 1', true);
    const leader = child.pid ?? 0;
    holdBy({ pid: zombie, started: '1', groups: [{ pid: leader, started: startOf(leader) }] });
    expect(hasMembers(leader)).toBe(true);
    await taken();
    expect(hasMembers(leader)).toBe(false);
  });

  it('is not awaited if another process has the number of a group', async () => {
    const zombie = await makeZombie();
    const { child } = await run('echo up; exec sleep 60', true);
    holdBy({ pid: zombie, started: '1', groups: [{ pid: child.pid, started: 'earlier' }] });
    await taken();
    expect(startOf(child.pid ?? 0)).not.toBeNull();
  });

  it('records that its holder is stopping, and its process groups', async () => {
    const lock = await lockDirectory(directory);
    const read = () => JSON.parse(readFileSync(lockPath(directory), 'utf8'));
    lock.addGroup(process.ppid);
    expect(read()).toMatchObject({
      groups: [{ pid: process.ppid, started: startOf(process.ppid) }],
      is_stopping: false,
    });
    lock.stopping();
    expect(read()).toMatchObject({ pid: process.pid, is_stopping: true });
    lock.release();
    lock.stopping();
    expect(existsSync(lockPath(directory))).toBe(false);
  });
});
