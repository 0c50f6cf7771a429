import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { killGroup } from './processes.ts';

export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Resolves to the exit status of the script once all processes of the group have ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Ends every process of the group and resolves once all have ended. */
  stop(): Promise<void>;
}

/**
 * Runs a Node script in a new process group, under a guard that ends the whole group when `stop` is
 * called or this process dies for any reason. The group's id is `child.pid`.
 */
export function startGroup(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ProcessGroup {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts'), script, ...args], {
    cwd: join(import.meta.dirname, '..'),
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  child.stdin?.on('error', () => undefined);
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    while (child.pid !== undefined && killGroup(child.pid)) await wait(20);
    return { code, signal };
  });
  return {
    child,
    ended,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
