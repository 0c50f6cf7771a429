import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lockDirectory, lockPath } from '../../scripts/lock.ts';
import { hasMembers, startOf } from '../../scripts/processes.ts';

/** Runs a line of shell until the test is over; gives the process and the first line it prints. */
async function run(
  line: string,
  detached = false,
): Promise<{ child: ChildProcess; printed: string }> {
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'], detached });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, printed: String(printed) };
}

/** A process that is dead and that its parent does not wait for. */
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

  it('is had by one, and is free again afterwards, also where there was no directory', async () => {
    await taken();
    rmSync(directory, { recursive: true });
    await taken();
  });

  it('is not taken from a process that lives, however long ago it was heard', async () => {
    holdBy({ pid: process.ppid, started: startOf(process.ppid) });
    await refused(process.ppid);
    old();
    await refused(process.ppid);
  });

  it('is taken at once from a zombie, whether or not the lock says when it began', async () => {
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

  it('is taken from a holder whose number another process has now', async () => {
    holdBy({ pid: process.ppid, started: `${startOf(process.ppid)}0` });
    await taken();
    holdBy({ pid: process.pid, started: 'earlier' });
    await taken();
  });

  it('of an earlier release, a number alone, is held as long as its process was heard lately', async () => {
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
    'that reads %j is not taken while it may be in writing, but is when it stays so',
    async (text) => {
      holdBy(text);
      await expect(lockDirectory(directory)).rejects.toThrow('in use by another AgentGrid.');
      old();
      await taken();
    },
  );

  it('is waited for where its holder is stopping', async () => {
    const { child } = await run('echo up; sleep 1');
    const pid = child.pid ?? 0;
    holdBy({ pid, started: startOf(pid), is_stopping: true });
    await taken();
    expect(startOf(pid)).toBeNull();
  });

  it('is waited for where its holder is dead and what it had started still ends', async () => {
    const zombie = await makeZombie();
    const { child } = await run('echo up; sleep 1', true);
    const leader = child.pid ?? 0;
    holdBy({ pid: zombie, started: '1', groups: [{ pid: leader, started: startOf(leader) }] });
    expect(hasMembers(leader)).toBe(true);
    await taken();
    expect(hasMembers(leader)).toBe(false);
  });

  it('is not waited for where another process has the number of a group', async () => {
    const zombie = await makeZombie();
    const { child } = await run('echo up; exec sleep 60', true);
    holdBy({ pid: zombie, started: '1', groups: [{ pid: child.pid, started: 'earlier' }] });
    await taken();
    expect(startOf(child.pid ?? 0)).not.toBeNull();
  });

  it('says when its holder is stopping, and what works for it', async () => {
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
