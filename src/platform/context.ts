import type { Db } from '../db/client.ts';
import type { IdPrefix } from '../shared/id.ts';
import type { RateLimitsInForce } from '../shared/rate-rules.ts';
import type { Actor, Idempotency, RequestStats } from './caller.ts';
import type { Config } from './config.ts';
import type {
  AssetReader,
  CodeRunner,
  Egress,
  FileStore,
  ImportBuckets,
  JobQueue,
  Log,
  Mailer,
  ModelAccess,
  RateCounts,
  RateStanding,
  SessionHosts,
  VectorIndex,
} from './ports.ts';

export {
  actorId,
  auditedId,
  coveredAgents,
  coversAgent,
  isVisitor,
  limitTo,
  payingKey,
  roleOf,
} from './actor.ts';
export type {
  Actor,
  ApiKeyActor,
  EndUserActor,
  Idempotency,
  PersonActor,
  RequestStats,
  UserActor,
} from './caller.ts';

export interface Ctx {
  readonly workspace_id: string;
  readonly actor: Actor;
  /** The groups whose files may be read; null for all files. Of a run, those of its caller. */
  readonly groups: readonly string[] | null;
  readonly request_id: string;
  readonly ip: string | null;
  readonly config: Config;
  readonly db: Db;
  readonly meter: RequestStats;
  readonly vectors: VectorIndex;
  readonly files: FileStore;
  readonly buckets: ImportBuckets;
  readonly assets: AssetReader;
  readonly jobs: JobQueue;
  readonly models: ModelAccess;
  readonly egress: Egress;
  readonly code: CodeRunner;
  readonly mail: Mailer;
  readonly hosts: SessionHosts;
  readonly limiter: RateCounts;
  /** The workspace's rate limits that apply to the caller; null for none, as in the background. */
  readonly rate_limits: RateLimitsInForce | null;
  /** The standing of each rate limit that applied to the request, by the name of the limit. */
  readonly rates: Map<string, RateStanding>;
  /** The D1 bookmark of this request's latest read or write, for a request that continues from it. */
  readonly bookmark: () => string | null;
  readonly idempotency: Idempotency | null;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  /** Lets work continue after the response. A failure is logged and not thrown. */
  readonly defer: (work: Promise<unknown>) => void;
  readonly log: Log;
}
