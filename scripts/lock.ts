// One server to a data directory: two would answer from the same files without knowing of each other.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hasMembers, killGroup, startOf } from './processes.ts';

/** How often a holder says that it is there, and after what silence one whose start is not known is taken for dead. */
const beat = 1_000;
const silence = 15_000;
/** How long a holder may take to end that has been told to, and what a dead one has started. */
const patience = 15_000;

export const lockPath = (directory: string) => join(directory, 'agentgrid.lock');

interface Process {
  readonly pid: number;
  /** As `startOf` gives it; absent where the system does not say. */
  readonly started?: string;
}

interface Holder extends Process {
  /** Leaders of process groups that work on the directory. */
  readonly groups: readonly Process[];
  readonly is_stopping: boolean;
}

export interface DirectoryLock {
  /** Names a process group that works on the directory: it has to end before another holder begins. */
  addGroup(leader: number): void;
  /** Says that the holder is about to end: who comes next waits for it. */
  stopping(): void;
  release(): void;
}

/**
 * Takes the directory until it is released or the process ends; waits for a holder that is stopping, and for
 * what a dead one has left running. Throws when another process has the directory.
 */
export async function lockDirectory(
  directory: string,
  signal?: AbortSignal,
): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = lockPath(directory);
  const until = Date.now() + patience;
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
    `${directory} is in use by ${other}. Stop that one, or choose another directory with --persist-to.`,
  );
}

/** A process number is given out again, in a container at every start: its start tells, or else it must have been heard lately. */
function isHeld(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return false;
  const isFresh = Date.now() - modified <= silence;
  const holder = readHolder(path);
  // Without a number it is being written.
  if (holder === null) return isFresh;
  if (holder.pid === process.pid) return false;
  const started = startOf(holder.pid);
  if (started === null) return false;
  return started === undefined || holder.started === undefined
    ? isFresh
    : started === holder.started;
}

/** Null when there is no lock, or none that says whose it is. An earlier release wrote the number alone. */
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

/** Guards end their groups when their parent dies, within seconds; what is left after that is ended here. */
async function endGroups(
  groups: readonly Process[],
  until: number,
  signal?: AbortSignal,
): Promise<void> {
  for (const { pid, started } of groups) {
    const leader = startOf(pid);
    // Another process has the number of the leader, so nothing is left of the group.
    if (process.platform === 'win32' || (leader != null && leader !== started)) continue;
    while (hasMembers(pid)) {
      if (Date.now() > until) killGroup(pid);
      await wait(50, undefined, { signal });
    }
  }
}
