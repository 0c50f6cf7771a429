// npm run test:only [-- filters and flags of Vitest]: the tests in workerd and those in Node, each project in a process of its
// own. All tests run at the same time, since those in Node often wait; what they print follows when those in workerd have ended.
// Files in workerd share a process and the modules that it has loaded. Should that process stand still,
// test/support/stall-guard.ts ends it, and a new one runs the remaining files.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWorker } from './built-worker.ts';

const stalled = 75;
/** Processes for one project; each must finish at least one file. */
const maxProcesses = 12;
const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'test-progress-'));
const progress = join(folder, 'files');
const failures = join(folder, 'failures');

/** Runs Vitest and returns its exit status. Prints to `output` if there is one. */
async function vitest(
  more: readonly string[],
  environment: Readonly<Record<string, string>>,
  output?: (chunk: Buffer) => void,
): Promise<number> {
  const child = spawn('vitest', ['run', ...more], {
    stdio: output === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TEST_FAILURES: failures, ...environment },
  });
  if (output !== undefined)
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', output);
  const [status] = (await once(child, 'close')) as [number | null];
  return status ?? 1;
}

/** The files of a project that the filters select. */
function filesOf(project: string): string[] {
  const list = ['list', '--project', project, '--filesOnly', '--json'];
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

async function runInParts(): Promise<number> {
  writeFileSync(progress, '');
  const environment = { TEST_PROGRESS: progress };
  let status = await vitest(['--project', 'workerd'], environment);
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
    status = await vitest(['--project', 'workerd', ...left], environment);
  }
  // A process that was ended has not reported its failures.
  return status === 0 && [...finished().values()].includes('failed') ? 1 : status;
}

/** The tests in Node, with one Worker for all of their servers, and wrangler compiled once for all of its processes. */
async function runInNode(output: (chunk: Buffer) => void): Promise<number> {
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled');
  const built = await buildWorker(folder);
  return vitest(['--project', 'node'], built === null ? {} : { BUILT_WORKER: built }, output);
}

async function runAll(): Promise<number> {
  // Both processes run it; the second finds nothing left to write.
  await import('./assets.ts');
  const held: Buffer[] = [];
  let print = (chunk: Buffer): void => void held.push(chunk);
  const inNode = runInNode((chunk) => print(chunk)).catch((error: unknown) => {
    console.error(error);
    return 1;
  });
  const inWorkerd = await runInParts();
  for (const chunk of held) process.stdout.write(chunk);
  print = (chunk) => void process.stdout.write(chunk);
  const statusInNode = await inNode;
  return inWorkerd || statusInNode;
}

/** A filter may match files of one project only. */
const runSome = async () =>
  (await vitest(['--project', 'workerd', '--passWithNoTests', ...args], {})) ||
  (await vitest(['--project', 'node', '--passWithNoTests', ...args], {}));

writeFileSync(failures, '');
const status = await (args.length > 0 ? runSome() : runAll());
// Again and last: the output of two projects is long.
if (args.length === 0) process.stderr.write(readFileSync(failures));
rmSync(folder, { recursive: true, force: true });
process.exit(status);
