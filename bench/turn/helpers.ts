import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Load, Measured } from './load.ts';

/** The processes next to the servers: the provider, and the load. */
export interface Helpers {
  readonly pids: readonly (number | undefined)[];
  /** The origin of the provider. */
  readonly provider: string;
  send(load: Load): Promise<Measured>;
  close(): void;
}

export async function startHelpers(): Promise<Helpers> {
  const provider = spawn(
    process.execPath,
    [fileURLToPath(new URL('./provider.ts', import.meta.url))],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const load = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
  const [line] = await once(provider.stdout as NonNullable<ChildProcess['stdout']>, 'data');
  return {
    pids: [provider.pid, load.pid],
    provider: String(line).trim(),
    async send(work) {
      load.send(work);
      const [answer] = (await once(load, 'message')) as [{ measured?: Measured; error?: string }];
      if (answer.measured === undefined) throw new Error(answer.error);
      return answer.measured;
    },
    close() {
      provider.kill();
      load.kill();
    },
  };
}
