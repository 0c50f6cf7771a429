import type { DbStats } from '../db/client.ts';
import type { Role } from '../db/schema/workspaces.ts';

export interface ApiKeyActor {
  readonly type: 'api_key';
  readonly id: string;
  readonly role: Role;
  /** The agents this key is limited to; null for all. */
  readonly agent_ids: readonly string[] | null;
  readonly expires_at: number | null;
  /** True once the key has been rotated; it then expires with the grace period. */
  readonly is_rotated: boolean;
}

/** A member of the workspace who has signed in, or for whom work is done in the background. */
export interface UserActor {
  readonly type: 'user';
  /** The id of the membership, `mem_…`. */
  readonly id: string;
  /** That of an owner is `admin`. */
  readonly role: Role;
  readonly is_owner: boolean;
  /** Null for all, except in background work that is limited to some. */
  readonly agent_ids: readonly string[] | null;
  readonly expires_at: null;
}

/** A person who has signed in, apart from any workspace. */
export interface PersonActor {
  readonly type: 'person';
  /** The id of the account, `usr_…`. */
  readonly id: string;
  readonly session_id: string;
}

/** The holder of a signed token that an API key issued to one end user, for some agents. */
export interface EndUserActor {
  readonly type: 'end_user';
  /** The `end_user_id` of sessions, runs and budgets. */
  readonly id: string;
  /** The key that issued the token and pays for its model calls. */
  readonly api_key_id: string;
  readonly agent_ids: readonly string[];
  /** Signed into the token, as are `versions`. */
  readonly groups: readonly string[];
  /** The versions of an agent that may be chosen. */
  readonly versions: 'active' | 'any';
  /** Compared with the instant at which tokens of the end user were revoked. */
  readonly issued_at: number;
  readonly expires_at: number;
  readonly limits: TokenLimits;
}

/** Limits that the token of an end user carries, besides those of its workspace. */
interface TokenLimits {
  /** Identifies the token, or the issuer and its user, whose requests are counted together. */
  readonly id: string;
  readonly requests_per_minute: number | null;
  readonly budget: TokenBudget | null;
}

/** A limit on the cost of an end user in each period, or of one token in its lifetime. */
interface TokenBudget {
  readonly limit_nano_usd: number;
  readonly period: 'token' | 'day' | 'week' | 'month' | 'total';
}

/** Any holder of the link to one shared agent. */
interface ShareLinkActor {
  readonly type: 'share_link';
  readonly id: string;
  readonly agent_ids: readonly [string];
  readonly expires_at: number | null;
}

/** The holder of the deployment's root key. */
interface RootActor {
  readonly type: 'root';
  /** True for the former root key, which is accepted while it is replaced. */
  readonly is_previous: boolean;
}

/** A job, a scheduled task, or an anonymous request. */
interface SystemActor {
  readonly type: 'system';
  readonly name: string;
  /** The key whose request caused the work. */
  readonly api_key_id?: string | null | undefined;
}

/** The principal of a context. Every decision about actors is a `switch` over this union (`actor.ts`, `identity/access.ts`). */
export type Actor =
  | ApiKeyActor
  | UserActor
  | PersonActor
  | EndUserActor
  | ShareLinkActor
  | RootActor
  | SystemActor;

/** An `Idempotency-Key` that came with the request; `platform/idempotency.ts` evaluates it. */
export interface Idempotency {
  readonly key: string;
  readonly key_hash: string;
  /** The hash of rows that were stored before rows belonged to one credential. */
  readonly unscoped_hash: string;
  readonly path: string;
  /**
   * Hash of path and body: the same key with another request is refused. Null until a handler that
   * reads the body itself has computed it.
   */
  readonly fingerprint: string | null;
}

/** Timings and database use of a request or job so far. */
export interface RequestStats {
  readonly db: DbStats;
  llm_ms: number;
  retrieval_ms: number;
}
