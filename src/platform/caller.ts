import type { DbMeter } from '../db/client.ts';
import type { Role } from '../db/schema/workspaces.ts';

export interface ApiKeyActor {
  readonly type: 'api_key';
  readonly id: string;
  readonly role: Role;
  /** The agents this key is limited to; null for all. */
  readonly agent_ids: readonly string[] | null;
  readonly expires_at: number | null;
  /** True once the key has been rotated; it then expires at the end of its grace period. */
  readonly is_rotated: boolean;
}

interface SystemActor {
  readonly type: 'system';
  readonly name: string;
  /** The key whose request the work comes of. */
  readonly api_key_id?: string | null | undefined;
}

/** The actor of a request or job: an API key, the holder of the root key, or the system. */
export type Actor = ApiKeyActor | { readonly type: 'root' } | SystemActor;

/** An `Idempotency-Key` that came with the request; `platform/idempotency.ts` gives it meaning. */
export interface Idempotency {
  readonly key: string;
  readonly key_hash: string;
  /** The hash that rows had before they belonged to one credential. */
  readonly unscoped_hash: string;
  readonly path: string;
  /** Hash of path and body: the same key with another request is refused. null until a handler that reads the body itself has done so. */
  readonly fingerprint: string | null;
}

/** Timings and database use of a request or job so far. */
export interface Meter {
  readonly db: DbMeter;
  llm_ms: number;
  retrieval_ms: number;
}
