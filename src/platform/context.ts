import type { Db, DbMeter } from '../db/client.ts';
import type { Role } from '../db/schema/workspaces.ts';
import type { IdPrefix } from '../shared/id.ts';
import type { Config } from './config.ts';
import type { Egress, FileStore, JobQueue, Log, ModelAccess, VectorIndex } from './ports.ts';

export interface ApiKeyActor {
  readonly type: 'api_key';
  readonly id: string;
  readonly role: Role;
  /** The agents this key is limited to; null for all. */
  readonly agent_ids: readonly string[] | null;
  readonly expires_at: number | null;
}

/** Who acts: a key, the holder of the root key, or the system itself in a job. */
export type Actor = ApiKeyActor | { readonly type: 'root' } | { readonly type: 'system'; readonly name: string };

/** An `Idempotency-Key` that came with the request; `platform/idempotency.ts` gives it meaning. */
export interface Idempotency {
  readonly key: string;
  readonly key_hash: string;
  readonly path: string;
  /** Of path and body: the same key with another request is refused. Null until a handler that reads the body itself has done so. */
  readonly fingerprint: string | null;
}

export interface Ctx {
  readonly workspace_id: string;
  readonly actor: Actor;
  readonly request_id: string;
  readonly ip: string | null;
  readonly config: Config;
  readonly db: Db;
  readonly meter: Meter;
  readonly vectors: VectorIndex;
  readonly files: FileStore;
  readonly jobs: JobQueue;
  readonly models: ModelAccess;
  readonly egress: Egress;
  readonly idempotency: Idempotency | null;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: IdPrefix) => string;
  /** Goes on after the response; a failure is logged, never thrown. */
  readonly defer: (work: Promise<unknown>) => void;
  readonly log: Log;
}

/** What a request or job has cost so far. */
export interface Meter {
  readonly db: DbMeter;
  llm_ms: number;
  retrieval_ms: number;
}

export const actorId = (actor: Actor): string | null => (actor.type === 'api_key' ? actor.id : actor.type === 'system' ? actor.name : null);

/** Whether the actor's credential covers the agent. */
export const coversAgent = (actor: Actor, agent_id: string | null): boolean =>
  actor.type !== 'api_key' || actor.agent_ids === null || (agent_id !== null && actor.agent_ids.includes(agent_id));

/** The agents a list is narrowed to; null for no narrowing. */
export const coveredAgents = (actor: Actor): readonly string[] | null => (actor.type === 'api_key' ? actor.agent_ids : null);
