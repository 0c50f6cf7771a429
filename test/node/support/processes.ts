import { execFileSync } from 'node:child_process';

interface Process {
  readonly pid: number;
  readonly parent: number;
}

/** Returns all running processes, without zombies. */
function list(): Process[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith('Z'))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

/** Returns a process and its descendants, in any process group. */
export function familyOf(pid: number | undefined): number[] {
  const processes = list();
  const family = [pid ?? Number.NaN];
  for (const member of family)
    family.push(...processes.filter(({ parent }) => parent === member).map((child) => child.pid));
  return family;
}

export function stillRunning(pids: readonly number[]): number[] {
  const running = new Set(list().map(({ pid }) => pid));
  return pids.filter((pid) => running.has(pid));
}
