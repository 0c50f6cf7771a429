// npm run test:only [-- filters and flags of Vitest]: the tests in workerd, then those in Node, each in a process of its
// own. Files in workerd share a process and the modules that it has loaded. Should that process stand still,
// test/support/stall-guard.ts ends it, and a new one runs the remaining files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const stalled = 75;
/** Processes for one project; each must finish at least one file. */
const maxProcesses = 12;
const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'test-progress-'));
const progress = join(folder, 'files');

function vitest(more: readonly string[]): number {
  const { status } = spawnSync('vitest', ['run', ...more], {
    stdio: 'inherit',
    env: { ...process.env, TEST_PROGRESS: progress },
  });
  return status ?? 1;
}

/** The files of a project that the filters select. */
function filesOf(project: string): string[] {
  const list = [
    'list',
    '--project',
    project,
    '--filesOnly',
    '--json',
    '--passWithNoTests',
    ...args,
  ];
  const { stdout } = spawnSync('vitest', list, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = JSON.parse(stdout.slice(stdout.indexOf('['))) as { readonly file: string }[];
  return found.map(({ file }) => file);
}

/** Finished files by their paths below the root, with their states. */
const finished = (): Map<string, string> =>
  new Map(
    readFileSync(progress, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(7), line.slice(0, 6)]),
  );

function runInParts(): number {
  writeFileSync(progress, '');
  let status = vitest(['--project', 'workerd']);
  for (let process = 1; status === stalled && process < maxProcesses; process += 1) {
    const done = finished();
    const left = filesOf('workerd').filter(
      (file) => ![...done.keys()].some((one) => file.endsWith(`/${one}`)),
    );
    if (left.length === 0) {
      status = 0;
      break;
    }
    console.log(`${done.size} files are finished. A new process runs the other ${left.length}.`);
    status = vitest(['--project', 'workerd', ...left]);
  }
  // A process that was ended has not reported its failures.
  return status === 0 && [...finished().values()].includes('failed') ? 1 : status;
}

// A filter may match files of one project only.
const workerd =
  args.length > 0 ? vitest(['--project', 'workerd', '--passWithNoTests', ...args]) : runInParts();
const node =
  workerd === 0
    ? vitest(['--project', 'node', ...(args.length > 0 ? ['--passWithNoTests', ...args] : [])])
    : workerd;
rmSync(folder, { recursive: true });
process.exit(node);
