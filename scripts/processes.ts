// Information about running processes. A zombie, which is dead but not yet reaped, does not count as running.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Found {
  readonly pid: number;
  readonly group: number;
  /** Start time in the form of the system; a reused process number has a different one. */
  readonly started: string;
}

const hasProc = existsSync('/proc/self/stat');

/**
 * Returns the start time of a process; null if no process has the number, undefined if it runs but the system does not
 * provide its start time, as on Windows.
 */
export function startOf(pid: number): string | null | undefined {
  const found = hasProc ? readProc(pid) : listByPs()?.find((one) => one.pid === pid);
  if (found != null) return found.started;
  return found === null || !answersSignal(pid) ? null : undefined;
}

/** Returns true if a process group has a running member. */
export function hasMembers(group: number): boolean {
  if (!answersSignal(-group)) return false;
  const processes = hasProc ? listByProc() : listByPs();
  return processes?.some((one) => one.group === group) ?? true;
}

/** Kills the running processes of a group; returns false if there are none. On Windows, which has no groups, the guard does it. */
export function killGroup(group: number): boolean {
  if (process.platform === 'win32' || !hasMembers(group)) return false;
  try {
    return process.kill(-group, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Returns null for a zombie; undefined if the process cannot be read, also if processes of other users are hidden. */
function readProc(pid: number): Found | null | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name, in brackets, may hold anything. State, parent and group follow it; the start is the 22nd field.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', , group] = fields;
    return /[ZXx]/.test(state) ? null : { pid, group: Number(group), started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

const listByProc = (): Found[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProc(Number(name)) ?? []);

/** Returns undefined if `ps` is not available. */
function listByPs(): Found[] | undefined {
  const columns = ['pid', 'pgid', 'stat', 'lstart'].flatMap((name) => ['-o', `${name}=`]);
  const { status, stdout } = spawnSync('ps', ['-A', ...columns], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (status !== 0) return undefined;
  return stdout.split('\n').flatMap((line) => {
    const [pid, group, state = '', ...started] = line.trim().split(/\s+/);
    return pid === '' || state.startsWith('Z')
      ? []
      : [{ pid: Number(pid), group: Number(group), started: started.join(' ') }];
  });
}

/** Returns true if a process with the number exists, zombies and processes of other users included. */
function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
