import { newDbMeter, openDb } from '../db/client.ts';
import { newId } from '../shared/id.ts';
import { type Config, readConfig } from './config.ts';
import type { Actor, Ctx, Idempotency, Meter } from './context.ts';
import { createD1VectorIndex } from './d1-vector-index.ts';
import { createEgress } from './egress.ts';
import type { JobMessage } from './job.ts';
import { createLog } from './log.ts';
import type {
  AssetReader,
  Egress,
  FloodGuard,
  HostCommand,
  HostReply,
  JobQueue,
  SessionHosts,
  VectorIndex,
} from './ports.ts';
import { createR2FileStore } from './r2-file-store.ts';
import { createFloodGuard, createRateCounts } from './rate-limiting.ts';
import { createVectorizeIndex } from './vectorize-index.ts';

/** Everything of the runtime that a context is made of; the only reader of `Env`. */
export interface Platform {
  readonly config: Ctx['config'];
  readonly meter: Meter;
  readonly db: Ctx['db'];
  /** Where this request's reads have got to; sent back by a client to read its own writes. */
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
  /** `first-primary` reads the newest state. For reads alone: `first-unconstrained`, or a client's bookmark, which a replica may serve. */
  readonly consistency?: string;
}

/** Binds the platform for one request, queue message or cron tick. */
export function openPlatform(
  env: Env,
  execution: Pick<ExecutionContext, 'waitUntil'>,
  options: PlatformOptions,
): Platform {
  const config = readConfig(env);
  const meter: Meter = { db: newDbMeter(), llm_ms: 0, retrieval_ms: 0 };
  const session = env.DB.withSession(options.consistency ?? 'first-primary');
  const db = openDb(session, meter.db);
  const files = createR2FileStore(env.FILES);
  const assets = createAssetReader(env.ASSETS);
  const jobs = createJobQueue(env.JOBS);
  const models = { workersAi: 'AI' in env ? ((env.AI as Ai | undefined) ?? null) : null };
  const egress = egressOf(config);
  const rates: Ctx['rates'] = new Map();
  let reached: string | null = null;
  // Bookmarks sort as they follow each other.
  const bookmark = () =>
    [session.getBookmark(), reached]
      .filter((one) => one !== null)
      .sort()
      .at(-1) ?? null;
  const hosts = createSessionHosts(env.SESSIONS, (reply) => {
    addTo(meter, reply.meter);
    reached = reply.bookmark;
    for (const standing of reply.rates) rates.set(standing.policy, standing);
  });
  return {
    config,
    meter,
    db,
    bookmark,
    now: () => Date.now(),
    log: createLog({ request_id: options.request_id }),
    rates,
    floods: createFloodGuard(env),
    context: (call) => {
      const log = createLog({ request_id: options.request_id, workspace_id: call.workspace_id });
      return {
        ip: null,
        idempotency: null,
        rate_limits: null,
        signal: new AbortController().signal,
        ...call,
        request_id: options.request_id,
        config,
        db,
        meter,
        files,
        assets,
        jobs,
        models,
        egress,
        hosts,
        rates,
        limiter: createRateCounts(env.RATE_LIMITER, call.workspace_id),
        bookmark,
        vectors: createVectorIndex(env, db),
        now: () => Date.now(),
        newId,
        defer: (work) =>
          execution.waitUntil(
            work.catch((error: unknown) => log.error('deferred_work_failed', { error })),
          ),
        log,
      };
    },
  };
}

const egresses = new WeakMap<Config, Egress>();

/** The same for all requests of an isolate: what was made to go through it can be kept. */
function egressOf(config: Config): Egress {
  const egress = egresses.get(config) ?? createEgress(config);
  egresses.set(config, egress);
  return egress;
}

/** The one choice between the embedded and the hosted vector index. */
const createVectorIndex = (env: Env, db: Ctx['db']): VectorIndex => {
  const hosted = 'VECTORS' in env ? env.VECTORS : undefined;
  return hosted === undefined ? createD1VectorIndex(db) : createVectorizeIndex(hosted);
};

/** The host of the address means nothing to the binding. */
const createAssetReader = (binding: Fetcher): AssetReader => ({
  async read(path) {
    const response = await binding.fetch(`https://assets.invalid/${path}`);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    return null;
  },
});

const createJobQueue = (queue: Queue): JobQueue => ({
  async send(messages: readonly JobMessage[]) {
    for (let start = 0; start < messages.length; start += 100) {
      await queue.sendBatch(
        messages.slice(start, start + 100).map((body) => ({ body, contentType: 'json' })),
      );
    }
  },
  async check() {
    await queue.metrics();
  },
});

/** What a host has done for a request counts as the request's. */
const createSessionHosts = (
  namespace: Env['SESSIONS'],
  onReply: (reply: HostReply) => void,
): SessionHosts => ({
  get(session_id) {
    const host = namespace.get(namespace.idFromName(session_id)) as unknown as {
      ask(command: HostCommand): Promise<HostReply>;
    };
    return {
      async ask(command) {
        const reply = await host.ask(command);
        onReply(reply);
        return reply;
      },
    };
  },
});

function addTo(meter: Meter, { db, llm_ms, retrieval_ms }: Meter): void {
  meter.db.trips += db.trips;
  meter.db.rows_read += db.rows_read;
  meter.db.rows_written += db.rows_written;
  meter.db.ms += db.ms;
  meter.llm_ms += llm_ms;
  meter.retrieval_ms += retrieval_ms;
}
