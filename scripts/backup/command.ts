import { resolve } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { lockDirectory } from '../lock.ts';
import { startGroup } from '../process-group.ts';
import type { Place } from './deployment.ts';

interface Flags {
  readonly env?: string;
  readonly 'persist-to'?: string;
  /** The directory of the backup. */
  readonly backup?: string;
}

/**
 * Runs `scripts/backup/run.ts` for the deployment that the flags name, in a process group that ends with this process. Locks the
 * directory of a local deployment until the group has ended. Prints failures to stderr and sets the exit code.
 */
export async function runCommand(
  task: 'backup' | 'restore',
  help: string,
  flag: 'to' | 'from',
  defaultDirectory?: string,
): Promise<void> {
  try {
    const options: ParseArgsOptionsConfig = {
      [flag]: { type: 'string' },
      env: { type: 'string' },
      'persist-to': { type: 'string' },
      help: { type: 'boolean' },
    };
    const { values } = parseArgs({ options });
    if (values.help === true) return console.log(help);
    const { [flag]: backup = defaultDirectory, ...flags } = values as Flags & {
      readonly to?: string;
      readonly from?: string;
    };
    if (backup === undefined) throw new Error(`--${flag} is missing: the directory of a backup.`);
    process.exitCode = await runLocked(task, placeOf(flags), resolve(backup));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function placeOf({ env, 'persist-to': persistTo }: Flags): Place {
  if (env === undefined) return { directory: resolve(persistTo ?? '.wrangler/state') };
  if (persistTo !== undefined) throw new Error('Use either --env or --persist-to.');
  return { environment: env };
}

async function runLocked(task: string, place: Place, directory: string): Promise<number> {
  const lock = 'directory' in place ? await lockDirectory(place.directory) : null;
  try {
    const run = startGroup('scripts/backup/run.ts', [task, JSON.stringify(place), directory], {});
    if (run.child.pid !== undefined) lock?.addGroup(run.child.pid);
    run.child.stdout?.pipe(process.stdout);
    run.child.stderr?.pipe(process.stderr);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => void run.stop());
    return (await run.ended).code ?? 1;
  } finally {
    lock?.release();
  }
}
