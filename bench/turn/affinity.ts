import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Returns the cores that this process may use. Empty where the kernel does not report them. */
export function allowedCores(): number[] {
  try {
    const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return coresOf(list ?? '');
  } catch {
    return [];
  }
}

/** Expands a list like `0,2-4`. */
export function coresOf(list: string): number[] {
  return list
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/**
 * Runs the servers on one core and everything else on another, so that the load does not take the servers' time.
 * Does nothing with one core or without `taskset`.
 */
export function separate(
  servers: readonly (string | number | undefined)[],
  others: readonly (string | number | undefined)[],
): void {
  const [first, second] = allowedCores();
  if (first === undefined || second === undefined) return;
  for (const pid of servers) pin(pid, first);
  for (const pid of others) pin(pid, second);
}

function pin(pid: string | number | undefined, core: number): void {
  if (pid === undefined) return;
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
}
