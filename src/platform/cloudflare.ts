import { newDbStats, openDb } from '../db/client.ts';
import { newId } from '../shared/id.ts';
import { groupsOf } from './actor.ts';
import { createAssetReader } from './asset-reader.ts';
import { createLoaderRunner } from './code/loader-runner.ts';
import { createQuickJsRunner } from './code/quickjs-runner.ts';
import { type Config, readConfig } from './config.ts';
import type { Actor, Ctx, Idempotency, RequestStats } from './context.ts';
import { createD1VectorIndex } from './d1-vector-index.ts';
import { createEgress } from './egress.ts';
import { createImportBuckets } from './import-buckets.ts';
import { createJobQueue } from './job-queue.ts';
import { createLog } from './log.ts';
import { createMailer } from './mail/create-mailer.ts';
import type { CodeRunner, Egress, FloodGuard, VectorIndex } from './ports.ts';
import { createR2FileStore } from './r2-file-store.ts';
import { createFloodGuard, createRateCounts } from './rate-limiting.ts';
import { createSessionHosts } from './session-hosts.ts';
import { createVectorizeIndex } from './vectorize-index.ts';

/** Everything of the runtime that a context is built from. Only this module reads `Env`. */
export interface Platform {
  readonly config: Ctx['config'];
  readonly meter: RequestStats;
  readonly db: Ctx['db'];
  /**
   * The D1 bookmark of the latest read or write, which a client sends back to read its own writes.
   */
  readonly bookmark: () => string | null;
  readonly now: () => number;
  readonly log: Ctx['log'];
  readonly rates: Ctx['rates'];
  readonly floods: FloodGuard;
  readonly context: (call: Call) => Ctx;
}

interface Call {
  readonly workspace_id: string;
  readonly actor: Actor;
  readonly ip?: string | null;
  readonly idempotency?: Idempotency | null;
  readonly signal?: AbortSignal;
  readonly rate_limits?: Ctx['rate_limits'];
}

export interface PlatformOptions {
  readonly request_id: string;
  /**
   * `first-primary` reads the newest state. Read-only requests may use `first-unconstrained` or a
   * client's bookmark, which a replica can serve.
   */
  readonly consistency?: string;
}

/** Binds the platform for one request, queue message or cron tick. */
export function openPlatform(
  env: Env,
  execution: Pick<ExecutionContext, 'waitUntil'>,
  options: PlatformOptions,
): Platform {
  const config = readConfig(env);
  const meter: RequestStats = { db: newDbStats(), llm_ms: 0, retrieval_ms: 0 };
  const session = env.DB.withSession(options.consistency ?? 'first-primary');
  const db = openDb(session, meter.db);
  const rates: Ctx['rates'] = new Map();
  let hostBookmark: string | null = null;
  // Bookmarks sort in their chronological order.
  const bookmark = () =>
    [session.getBookmark(), hostBookmark]
      .filter((one) => one !== null)
      .sort()
      .at(-1) ?? null;
  const hosts = createSessionHosts(env.SESSIONS, (reply) => {
    addTo(meter, reply.meter);
    hostBookmark = reply.bookmark;
    for (const standing of reply.rates) rates.set(standing.policy, standing);
  });
  const { request_id } = options;
  const shared = { config, meter, db, bookmark, now: () => Date.now(), rates };
  const ports = { ...openPorts(env, config, db), hosts };
  return {
    ...shared,
    log: createLog({ request_id }),
    floods: createFloodGuard(env),
    context: (call) => {
      const log = createLog({ request_id, workspace_id: call.workspace_id });
      const limiter = createRateCounts(env.RATE_LIMITER, call.workspace_id);
      const defer = deferrer(execution, log);
      const buckets = createImportBuckets(env, config, call.workspace_id);
      return {
        ...callDefaults(),
        ...call,
        groups: groupsOf(call.actor),
        ...shared,
        ...ports,
        request_id,
        limiter,
        buckets,
        mail: createMailer(env, config, ports.egress, log),
        newId,
        defer,
        log,
      };
    },
  };
}

const callDefaults = () => ({
  ip: null,
  idempotency: null,
  rate_limits: null,
  signal: new AbortController().signal,
});

/** Returns `Ctx.defer`, which logs the failures of deferred work. */
const deferrer =
  (execution: Pick<ExecutionContext, 'waitUntil'>, log: Ctx['log']): Ctx['defer'] =>
  (work) =>
    execution.waitUntil(
      work.catch((error: unknown) => log.error('deferred_work_failed', { error })),
    );

/** The adapters that depend only on the bindings. */
const openPorts = (env: Env, config: Config, db: Ctx['db']) => ({
  files: createR2FileStore(env.FILES),
  assets: createAssetReader(env.ASSETS),
  jobs: createJobQueue(env.JOBS),
  models: { workersAi: 'AI' in env ? (env.AI ?? null) : null },
  egress: egressOf(config),
  vectors: createVectorIndex(env, db),
  code: createCodeRunner(env),
});

const egresses = new WeakMap<Config, Egress>();

/**
 * Returns one egress for all requests of an isolate, so that provider clients built on it can be
 * cached.
 */
function egressOf(config: Config): Egress {
  const egress = egresses.get(config) ?? createEgress(config);
  egresses.set(config, egress);
  return egress;
}

/** Selects the embedded or the hosted vector index. */
const createVectorIndex = (env: Env, db: Ctx['db']): VectorIndex => {
  const hosted = 'VECTORS' in env ? env.VECTORS : undefined;
  return hosted === undefined ? createD1VectorIndex(db) : createVectorizeIndex(hosted);
};

/** Selects the embedded or the hosted runner of code. */
const createCodeRunner = (env: Env): CodeRunner => {
  const loader = 'LOADER' in env ? env.LOADER : undefined;
  return loader === undefined ? createQuickJsRunner() : createLoaderRunner(loader);
};

function addTo(meter: RequestStats, { db, llm_ms, retrieval_ms }: RequestStats): void {
  meter.db.trips += db.trips;
  meter.db.rows_read += db.rows_read;
  meter.db.rows_written += db.rows_written;
  meter.db.ms += db.ms;
  meter.llm_ms += llm_ms;
  meter.retrieval_ms += retrieval_ms;
}
