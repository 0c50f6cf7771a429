// Starts `scripts/start.ts --json` as a separate process, for the demo, the benchmarks and the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface SpawnedServer {
  readonly url: string;
  readonly key: string;
  readonly root_key: string;
  readonly workspace_id: string;
  readonly child: ChildProcess;
  /** Everything printed so far; only the ready line belongs on stdout. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Sends the signal and resolves to the exit code, or to null when the signal itself ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Resolves once the ready line is printed. Throws with the output if the server ends before. */
export async function spawnServer(
  directory: string,
  flags: readonly string[] = [],
): Promise<SpawnedServer> {
  const script = join(import.meta.dirname, 'start.ts');
  const child = spawn(
    process.execPath,
    [script, '--json', '--port', '0', '--persist-to', directory, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exit = once(child, 'exit');
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const lines = createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  await Promise.race([once(lines, 'line'), exit]);
  const [ready] = stdout;
  if (ready === undefined) throw new Error(`The server did not start:\n${stderr.join('\n')}`);
  return {
    ...(JSON.parse(ready) as Pick<SpawnedServer, 'url' | 'key' | 'root_key' | 'workspace_id'>),
    child,
    stdout,
    stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
}
