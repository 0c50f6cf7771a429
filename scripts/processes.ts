// Which processes there are. One that is dead and that nobody has waited for yet, a zombie, is none.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Found {
  readonly pid: number;
  readonly group: number;
  /** When it began, in whatever form the system says it: a number that is given out again has another. */
  readonly started: string;
}

const hasProc = existsSync('/proc/self/stat');

/**
 * When a process began; null where no process has the number, undefined where it lives and the system does not
 * say since when, as on Windows.
 */
export function startOf(pid: number): string | null | undefined {
  const found = hasProc ? readProc(pid) : listByPs()?.find((one) => one.pid === pid);
  if (found != null) return found.started;
  return found === null || !answersSignal(pid) ? null : undefined;
}

/** Whether a process group has a member that lives. */
export function hasMembers(group: number): boolean {
  if (!answersSignal(-group)) return false;
  const processes = hasProc ? listByProc() : listByPs();
  return processes?.some((one) => one.group === group) ?? true;
}

/** Kills what lives of a group; false when nothing does. Windows has no groups: there the guard has seen to it. */
export function killGroup(group: number): boolean {
  if (process.platform === 'win32' || !hasMembers(group)) return false;
  try {
    return process.kill(-group, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Null for a zombie; undefined where there is nothing to read, also where others' processes are hidden. */
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

/** Undefined where there is no `ps`. */
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

/** Whether a signal would reach somebody. Zombies count here, and so do processes of others. */
function answersSignal(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
