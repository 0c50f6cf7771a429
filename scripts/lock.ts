// Allows one server per data directory: two would write the same files concurrently.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hasMembers, killGroup, startOf } from './processes.ts';

/** Interval of a holder's heartbeat, and the silence after which a holder of unknown start time counts as dead. */
const beat = 1_000;
const silence = 15_000;
/** Maximum time for a stopping holder, or the processes of a dead one, to end. */
const timeout_ms = 15_000;

export const lockPath = (directory: string) => join(directory, 'agentgrid.lock');

interface Process {
  readonly pid: number;
  /** Result of `startOf`; absent if the system does not provide it. */
  readonly started?: string;
}

interface Holder extends Process {
  /** Leaders of process groups that use the directory. */
  readonly groups: readonly Process[];
  readonly is_stopping: boolean;
}

export interface DirectoryLock {
  /** Registers a process group that uses the directory: it must end before another holder starts. */
  addGroup(leader: number): void;
  /** Marks the holder as stopping: the next one waits for it. */
  stopping(): void;
  release(): void;
}

/**
 * Locks the directory until it is released or the process ends. Waits for a holder that is stopping, and for the
 * remaining processes of a dead one. Throws if another process holds the lock.
 */
export async function lockDirectory(
  directory: string,
  signal?: AbortSignal,
): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = lockPath(directory);
  const until = Date.now() + timeout_ms;
  while (isHeld(path)) {
    const holder = readHolder(path);
    if (holder?.is_stopping !== true || Date.now() > until) throw inUse(directory, holder);
    await wait(100, undefined, { signal });
  }
  await endGroups(readHolder(path)?.groups ?? [], until, signal);
  rmSync(path, { force: true });
  let own: Holder = { ...describe(process.pid), groups: [], is_stopping: false };
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST'
      ? inUse(directory, readHolder(path))
      : error;
  }
  const isOwn = () => readHolder(path)?.pid === process.pid;
  const timer = setInterval(() => {
    const now = new Date();
    if (isOwn()) utimesSync(path, now, now);
  }, beat).unref();
  const change = (changes: Partial<Holder>) => {
    own = { ...own, ...changes };
    if (isOwn()) writeFileSync(path, JSON.stringify(own));
  };
  return {
    addGroup: (leader) => change({ groups: [...own.groups, describe(leader)] }),
    stopping: () => change({ is_stopping: true }),
    release() {
      clearInterval(timer);
      if (isOwn()) rmSync(path, { force: true });
    },
  };
}

function describe(pid: number): Process {
  const started = startOf(pid);
  return started == null ? { pid } : { pid, started };
}

function inUse(directory: string, holder: Holder | null): Error {
  const other = `another AgentGrid${holder === null ? '' : ` (process ${holder.pid})`}`;
  return new Error(
    `${directory} is in use by ${other}. Stop it, or choose another directory with --persist-to.`,
  );
}

/** Returns true if the holder is alive. Process numbers are reused, so its start time must match or its heartbeat be recent. */
function isHeld(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return false;
  const isFresh = Date.now() - modified <= silence;
  const holder = readHolder(path);
  // A lock without a number is being written.
  if (holder === null) return isFresh;
  if (holder.pid === process.pid) return false;
  const started = startOf(holder.pid);
  if (started === null) return false;
  return started === undefined || holder.started === undefined
    ? isFresh
    : started === holder.started;
}

/** Returns null without a lock, or if its owner is unknown. An earlier release wrote only the number. */
function readHolder(path: string): Holder | null {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | number | null;
    const {
      pid = 0,
      groups = [],
      is_stopping = false,
      ...rest
    } = typeof value === 'number' ? { pid: value } : (value ?? {});
    return Number.isInteger(pid) && pid > 0 ? { ...rest, pid, groups, is_stopping } : null;
  } catch {
    return null;
  }
}

/** Ends process groups that their guards have not ended within seconds of the parent's death. */
async function endGroups(
  groups: readonly Process[],
  until: number,
  signal?: AbortSignal,
): Promise<void> {
  for (const { pid, started } of groups) {
    const leader = startOf(pid);
    // Another process has the number of the leader, so the group has ended.
    if (process.platform === 'win32' || (leader != null && leader !== started)) continue;
    while (hasMembers(pid)) {
      if (Date.now() > until) killGroup(pid);
      await wait(50, undefined, { signal });
    }
  }
}
