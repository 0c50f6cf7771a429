import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// The miniflare of wrangler, independent of other installed versions.
const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve('wrangler'))(
  'miniflare',
) as typeof import('miniflare');
type Options = Parameters<typeof convertV4MiniflareOptions>[0];
type Modules = (
  | { type: 'ESModule' | 'Text'; path: string; contents: string }
  | { type: 'CompiledWasm'; path: string; contents: Uint8Array }
)[];

export interface Process {
  readonly miniflare: InstanceType<typeof Miniflare>;
  /** The process id of workerd. */
  readonly pid: string;
  /** Returns the CPU milliseconds of all threads of the process so far. */
  readonly cpu_ms: () => number;
  /** Returns the current memory of the process in MiB. */
  readonly rss_mib: () => number;
  readonly close: () => Promise<void>;
}

export interface Workerd extends Pick<Process, 'cpu_ms' | 'close'> {
  readonly fetch: (path: string) => Promise<string>;
}

/** Bundles a Worker like wrangler and runs it in workerd without the proxy of `wrangler dev`. */
export async function runWorker(
  main: string,
  bindings: Readonly<Record<string, string>>,
  workerLoaders: Readonly<Record<string, Record<string, never>>> = {},
): Promise<Workerd> {
  const { miniflare, ...process } = await startWorkerd({
    modules: bundle([main]),
    compatibilityDate: '2026-10-20',
    compatibilityFlags: ['enable_request_signal'],
    bindings,
    d1Databases: ['DB'],
    r2Buckets: ['FILES'],
    queueProducers: { JOBS: 'jobs' },
    workerLoaders,
  });
  return {
    ...process,
    async fetch(path) {
      const response = await miniflare.dispatchFetch(`http://bench.test${path}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return text;
    },
  };
}

/**
 * Starts workerd with the database `DB`, migrated with the migrations of the checkout `root`. Storage is in the folder
 * `persist`, or else temporary; a database that it contains is used as it is.
 */
export async function startWorkerd(
  options: Options,
  root = '.',
  persist?: string,
): Promise<Process> {
  const before = children();
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions(options),
    ...(persist === undefined ? {} : { resourcePersistencePath: persist }),
  });
  await miniflare.ready;
  const pid = children().find((child) => !before.includes(child) && nameOf(child) === 'workerd');
  if (pid === undefined) throw new Error('workerd is not among the processes of this one.');
  const db = await miniflare.getD1Database('DB');
  const isMigrated = await db.prepare("select 1 from sqlite_master where name = 'chunks'").first();
  if (isMigrated === null)
    for (const statement of migrations(root)) await db.prepare(statement).run();
  return {
    miniflare,
    pid,
    cpu_ms: () => cpuOf(pid),
    rss_mib: () => rssOf(pid),
    close: () => miniflare.dispose(),
  };
}

/** Returns the modules that `wrangler deploy` with these arguments would upload from the checkout `root`. */
export function bundle(args: readonly string[], root = '.'): Modules {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-bench-'));
  const env = {
    ...process.env,
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: directory,
  };
  const { status, stdout, stderr } = spawnSync(
    resolve(root, 'node_modules/.bin/wrangler'),
    ['deploy', ...args, '--dry-run', '--outdir', directory],
    { cwd: root, encoding: 'utf8', env },
  );
  if (status !== 0)
    throw new Error(`wrangler could not bundle ${args.join(' ')}:\n${stdout}${stderr}`);
  const modules = modulesIn(directory);
  rmSync(directory, { recursive: true });
  return modules;
}

/** Returns the modules that wrangler has written to a folder, the main module first. */
export function modulesIn(directory: string): Modules {
  const modules = readdirSync(directory).flatMap((name): Modules => {
    const path = join(directory, name);
    if (name.endsWith('.wasm'))
      return [{ type: 'CompiledWasm', path: name, contents: readFileSync(path) }];
    const type = name.endsWith('.js') ? 'ESModule' : name.endsWith('.txt') ? 'Text' : null;
    return type === null ? [] : [{ type, path: name, contents: readFileSync(path, 'utf8') }];
  });
  const isCode = ({ type }: Modules[number]) => Number(type === 'ESModule');
  return modules.sort((a, b) => isCode(b) - isCode(a));
}

const migrations = (root: string): string[] =>
  readdirSync(join(root, 'migrations'))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(root, 'migrations', name), 'utf8').split('--> statement-breakpoint'),
    );

const children = (): string[] =>
  readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );

const nameOf = (pid: string): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

/** Of proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms, counted behind the name, which may contain spaces. */
export function cpuOf(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const rssOf = (pid: string): number =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
