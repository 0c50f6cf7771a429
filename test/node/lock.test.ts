import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory, lockPath } from '../../scripts/lock.ts';

describe('the lock of a data directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'agentgrid-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const holdBy = (holder: string) => writeFileSync(lockPath(directory), holder);
  const taken = () => {
    const release = lockDirectory(directory);
    expect(readFileSync(lockPath(directory), 'utf8')).toBe(String(process.pid));
    release();
    expect(existsSync(lockPath(directory))).toBe(false);
  };

  it('is had by one, and is free again afterwards, also where there was no directory', () => {
    taken();
    rmSync(directory, { recursive: true });
    taken();
  });

  it('is not taken from a process that lives, and says which one that is', () => {
    holdBy(String(process.ppid));
    expect(() => lockDirectory(directory)).toThrow(`${directory} is in use by another AgentGrid (process ${process.ppid}).`);
    expect(readFileSync(lockPath(directory), 'utf8')).toBe(String(process.ppid));
  });

  it('is taken from a process that is gone, was not heard of for long, or had the same number', () => {
    holdBy(String(spawnSync(process.execPath, ['-e', '0']).pid));
    taken();
    holdBy(String(process.ppid));
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lockPath(directory), longAgo, longAgo);
    taken();
    holdBy(String(process.pid));
    taken();
  });

  it('is not taken while it is being written, but is when it stays unreadable', () => {
    holdBy('');
    expect(() => lockDirectory(directory)).toThrow('in use by another AgentGrid.');
    utimesSync(lockPath(directory), new Date(0), new Date(0));
    taken();
  });
});
