// Runs a local AgentGrid: applies migrations, starts `wrangler dev`, and calls the cron handlers, which do not fire locally.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { type ProcessGroup, startGroup } from './process-group.ts';

const wrangler = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin',
  'wrangler.js',
);
const migrate = join(import.meta.dirname, 'migrate.ts');
const readyWithin = 90_000;
const minute = '* * * * *';
const hour = '7 * * * *';

export interface ServerOptions {
  readonly port: number;
  /** Absolute path of the data directory. */
  readonly directory: string;
  readonly root_key: string;
  /** `ENCRYPTION_KEYS`; without them the server cannot store secrets of workspaces. */
  readonly encryption_keys?: string;
  /** Content of `.dev.vars`; names that wrangler.toml does not list as variable or secret are ignored. */
  readonly dev_vars?: Readonly<Record<string, string>>;
  /** Variables as `NAME:VALUE`; they take precedence over all others. */
  readonly vars: readonly string[];
  /** Receives every line that the server prints once it is ready. */
  readonly onLine: (line: string) => void;
  /** Receives the leader of each process group that uses the directory. */
  readonly onGroup?: (leader: number) => void;
}

export interface Server {
  readonly url: string;
  /** Resolves to the last output of the server once all of its processes have ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Resolves once the server answers. Throws with its output if it does not start. */
export async function startServer(options: ServerOptions, signal: AbortSignal): Promise<Server> {
  const { port, directory, root_key, encryption_keys = '', dev_vars = {} } = options;
  // In the environment, since every user of the machine can read arguments.
  const environment = {
    ...dev_vars,
    ...offline(directory),
    ROOT_KEY: root_key,
    ENCRYPTION_KEYS: encryption_keys,
  };
  const start = (script: string, args: readonly string[]) => {
    const group = startGroup(script, args, environment);
    if (group.child.pid !== undefined) options.onGroup?.(group.child.pid);
    return group;
  };
  const dev = await devArguments(options);
  const isNew = !existsSync(join(directory, 'v3'));
  const migrated = runToEnd(start(migrate, [directory]), 'Applying migrations', signal);
  // Without data the server touches no table before the first request, and is built in the meantime.
  if (!isNew) await migrated;
  const group = start(wrangler, dev);
  const printed = follow(group);
  const stop = () => group.stop();
  signal.addEventListener('abort', stop, { once: true });
  const url = `http://localhost:${port}`;
  const loopback = `http://127.0.0.1:${port}`;
  let isEnded = false;
  const ended = group.ended.then(() => {
    isEnded = true;
    return printed.last();
  });
  await migrated.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  await waitUntilHealthy(loopback, () => isEnded || signal.aborted);
  if (isEnded || signal.aborted)
    throw new Error(`The server ended before it was ready:\n${await ended}`);
  printed.pass(options.onLine);
  const cron = new AbortController();
  void ended.then(() => cron.abort());
  void tick(loopback, cron.signal);
  return { url, ended, stop };
}

/** Throws if the port is not available. */
export async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) =>
    probe.once('error', reject).listen(port, '127.0.0.1', resolve),
  ).catch((error) => {
    throw new Error(
      `Port ${port} cannot be used (${error.code}). Choose another: npm start -- --port ${port + 1}`,
    );
  });
  await new Promise((resolve) => probe.close(resolve));
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Wrangler as V8 has compiled it, which is a third of the CPU of its start. */
const compiled = join(import.meta.dirname, '..', '.wrangler', 'compiled');

/**
 * Disables login, update checks and telemetry of wrangler; keeps its logs and registry in the data directory. Its explorer and
 * its recording of every request would take a quarter of the CPU of a request, and serve all data without a key.
 */
const offline = (directory: string): Record<string, string> => ({
  CI: 'true',
  FORCE_COLOR: '0',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_LOG_PATH: join(directory, 'logs'),
  WRANGLER_REGISTRY_PATH: join(directory, 'registry'),
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compiled,
});

async function devArguments({ port, directory, vars }: ServerOptions): Promise<string[]> {
  return [
    'dev',
    // A Worker that is built already, by scripts/built-worker.ts.
    ...(process.env.BUILT_WORKER === undefined ? [] : ['--config', process.env.BUILT_WORKER]),
    ...['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', String(await freePort())],
    ...['--persist-to', directory, '--show-interactive-dev-session', 'false'],
    // All values are passed by the environment, unchanged: in files, wrangler would expand `$`.
    ...['--env-file', devNull],
    ...vars.flatMap((value) => ['--var', value]),
  ];
}

async function runToEnd(group: ProcessGroup, name: string, signal: AbortSignal): Promise<void> {
  const stop = () => void group.stop();
  signal.addEventListener('abort', stop, { once: true });
  const printed = follow(group);
  const { code } = await group.ended;
  signal.removeEventListener('abort', stop);
  if (code !== 0 && !signal.aborted) throw new Error(`${name} failed:\n${printed.last()}`);
  signal.throwIfAborted();
}

/** Keeps the last lines that a group prints, and passes them on once there is a listener. */
function follow(group: ProcessGroup) {
  const kept: string[] = [];
  let onLine: (line: string) => void = () => undefined;
  for (const stream of [group.child.stdout, group.child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > 100) kept.shift();
      onLine(line);
    });
  }
  return {
    last: () => kept.join('\n').trim(),
    pass(to: (line: string) => void) {
      onLine = to;
    },
  };
}

async function waitUntilHealthy(url: string, isOver: () => boolean): Promise<void> {
  const until = Date.now() + readyWithin;
  while (!isOver() && Date.now() < until) {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => null,
    );
    if (response?.ok) return;
    await wait(100);
  }
}

/** Calls the cron handlers as Cloudflare does, but more often, so that work after a crash does not wait for a minute. */
async function tick(url: string, signal: AbortSignal): Promise<void> {
  let hourlyAt = 0;
  while (!signal.aborted) {
    const isHourly = Date.now() >= hourlyAt;
    if (isHourly) hourlyAt = Date.now() + 3_600_000;
    for (const cron of isHourly ? [minute, hour] : [minute]) {
      const query = new URLSearchParams({ cron });
      // The server may be rebuilding; the next tick catches up.
      await fetch(`${url}/cdn-cgi/handler/scheduled?${query}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
      })
        .then((response) => response.text())
        .catch(() => undefined);
    }
    await wait(5_000, undefined, { signal }).catch(() => undefined);
  }
}
