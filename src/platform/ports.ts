import type { FailureCode, FailureOptions } from '../shared/failure.ts';
import type { RateLimitsInForce, RateScope } from '../shared/rate-rules.ts';
import type { Actor, Idempotency, RequestStats } from './caller.ts';
import type { JobMessage } from './job.ts';

/** A vector as it is kept: which chunk it stands for and where it may be found. */
interface VectorRecord {
  readonly id: string;
  readonly base_id: string;
  readonly values: readonly number[];
}

export interface VectorQuery {
  readonly workspace_id: string;
  /** Where to look, each with the revision of its vectors as D1 knows it. */
  readonly bases: readonly { readonly id: string; readonly vectors_revision: number }[];
  readonly values: readonly number[];
  /** 1..100. */
  readonly limit: number;
}

export interface VectorHit {
  readonly id: string;
  /** Cosine similarity, -1..1. */
  readonly score: number;
}

/**
 * Nearest neighbours by cosine. Namespaces are workspaces. A write may take a while to be seen and a
 * removed id may still come back: callers re-check every hit in D1.
 */
export interface VectorIndex {
  upsert(workspace_id: string, records: readonly VectorRecord[]): Promise<void>;
  query(query: VectorQuery): Promise<VectorHit[]>;
  remove(workspace_id: string, ids: readonly string[]): Promise<void>;
}

/** Original files. Keys are built of ids only. */
export interface FileStore {
  /** Writes as the bytes arrive, in bounded memory, and returns what was written. */
  put(key: string, body: ReadableStream<Uint8Array>, options: PutOptions): Promise<StoredFile>;
  get(
    key: string,
  ): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly byte_size: number } | null>;
  remove(keys: readonly string[]): Promise<void>;
  /** Removes every object whose key begins with this. */
  removeAll(prefix: string): Promise<void>;
  /** Throws when the store does not answer. */
  check(): Promise<void>;
}

/** Data that is deployed with the Worker and too large to be a part of it. */
export interface AssetReader {
  /** Path from the root of the assets, without a slash in front; null when there is none. */
  read(path: string): Promise<Uint8Array | null>;
}

export interface PutOptions {
  readonly media_type: string;
  /** Bytes; one more and nothing is kept and the failure is `too_large`. */
  readonly limit: number;
}

export interface StoredFile {
  readonly byte_size: number;
  readonly sha256: string;
}

/** The fast path of background work; the outbox is the promise. */
export interface JobQueue {
  send(messages: readonly JobMessage[]): Promise<void>;
  /** Throws when the queue does not answer. */
  check(): Promise<void>;
}

/** The live part of a session: one object for each session, reached from anywhere. */
export interface SessionHosts {
  get(session_id: string): { ask(command: HostCommand): Promise<HostReply> };
}

/** Something that a host is asked to do, on behalf of whom; its commands are defined by the host (runs/host/host-client.ts). */
export interface HostCommand {
  readonly caller: HostCaller;
  readonly verb: string;
  readonly input: unknown;
}

/** The fields from which the host rebuilds a context. */
interface HostCaller {
  readonly workspace_id: string;
  readonly actor: Actor;
  readonly ip: string | null;
  readonly request_id: string;
  readonly idempotency: Idempotency | null;
  readonly rate_limits: RateLimitsInForce | null;
}

/** Failures travel as data: an exception would lose its code on the way. */
export interface HostReply {
  readonly outcome:
    | {
        readonly ok: true;
        readonly value: unknown;
        readonly body: ReadableStream<Uint8Array> | null;
      }
    | {
        readonly ok: false;
        readonly code: FailureCode;
        readonly detail: string;
        readonly options: FailureOptions;
      };
  /** Timings and database use up to the reply. */
  readonly meter: RequestStats;
  readonly bookmark: string | null;
  /** Where it stands with the limits that it was held against. */
  readonly rates: readonly RateStanding[];
}

/** The subject of each scope; null where the scope has none. */
export type RateSubjects = { readonly [Scope in RateScope]: string | null };

/** Counts for all subjects, taken together or not at all. */
export interface RateWanted {
  readonly subjects: RateSubjects;
  /** The scopes that it is a request of. */
  readonly requests: readonly RateScope[];
  /** True when tokens must be left; how many are used is not known yet. */
  readonly tokens: boolean;
  /** The run that begins with it. */
  readonly run_id: string | null;
}

/** How far a limit is used up. */
export interface RateStanding {
  /** Its name in `RateLimit`, such as `key-minute`. */
  readonly policy: string;
  readonly scope: RateScope | 'address';
  readonly id: string;
  readonly limit: number;
  readonly unit: 'requests' | 'tokens' | 'concurrent-requests';
  /** null for a limit without a time window. */
  readonly window_s: number | null;
  readonly remaining: number;
  /** Seconds until all of it is to be had again; null where nobody knows. */
  readonly reset_s: number | null;
  readonly is_refused: boolean;
}

/** The exact counts of the workspace that acts. */
export interface RateCounts {
  /** `revision` is that of the rules that the caller knows of. */
  take(revision: number, wanted: RateWanted): Promise<RateStanding[]>;
  spend(subjects: RateSubjects, tokens: number): Promise<void>;
  renew(run_id: string, subjects: RateSubjects): Promise<void>;
  release(run_id: string): Promise<void>;
  /** Drops all counts, for a workspace that is deleted. */
  erase(): Promise<void>;
}

/** Rough limits against floods, at each location by itself. */
export interface FloodGuard {
  admitsAddress(address: string): Promise<boolean>;
  admitsKey(key_id: string): Promise<boolean>;
}

/** Model providers that this deployment reaches without a workspace's credential. */
export interface ModelAccess {
  readonly workersAi: Ai | null;
}

/** Limits of one outbound request. */
export interface EgressLimits {
  /** 0..3; each hop is checked like the first. */
  readonly redirects: number;
  /** Milliseconds for everything: all hops, headers and body. */
  readonly deadline_ms: number;
  /** Bytes of the body after decoding. */
  readonly max_bytes: number;
  /** Media types of an answer, `text/*` for all of a kind, `+json` for all of a structure; absent for any. */
  readonly content_types?: readonly string[];
}

/** Limits of a response that streams. The caller's signal bounds the whole. */
export interface EgressStreamLimits {
  /** 0..3; each hop is checked like the first. */
  readonly redirects: number;
  /** Milliseconds from the request to the first byte of the body: all hops and headers included. */
  readonly first_byte_ms: number;
  /** Milliseconds that a read may wait for the next bytes. */
  readonly idle_ms: number;
  /** Bytes of the body after decoding. */
  readonly max_bytes: number;
  /** As in `EgressLimits`. */
  readonly content_types?: readonly string[];
}

/** The signature of the global `fetch`, which nothing but the door may name. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/** The one door for outbound HTTP (docs/decisions/0001-one-door-out.md). */
export interface Egress {
  /** Throws `url_not_allowed` for a URL that may never be called. Sends nothing. */
  check(url: string): URL;
  /** One guarded request, read to its end. Throws `EgressError`, whose `reason` says why. */
  request(url: string, init: RequestInit, limits: EgressLimits): Promise<Response>;
  /**
   * One guarded request whose body streams. Resolves with the headers. Reading the body throws
   * `EgressError` once a limit is reached; cancelling it, or aborting `init.signal`, closes the connection.
   */
  stream(url: string, init: RequestInit, limits: EgressStreamLimits): Promise<Response>;
  /**
   * A `fetch` for provider packages: to the origin of `base_url` only, redirects refused, headers within
   * the time given; the body streams. Throws `EgressError`.
   */
  providerFetch(base_url: string, options: { readonly headers_timeout_ms: number }): Fetch;
}

export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
