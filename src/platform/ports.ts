import type { Statement } from '../db/client.ts';
import type { FailureCode, FailureOptions } from '../shared/failure.ts';
import type { RateLimitsInForce, RateScope } from '../shared/rate-rules.ts';
import type { Actor, Idempotency, RequestStats } from './caller.ts';
import type { JobMessage } from './job.ts';
import type { Mail } from './mail/mail.ts';

/** A stored vector: the id of what it represents, at most 64 bytes, and the scope in which it can be found. */
interface VectorRecord {
  readonly id: string;
  readonly base_id: string;
  /** The content of a file that it is part of, at most 20 bytes. */
  readonly content: string;
  readonly values: readonly number[];
}

export interface VectorQuery {
  readonly workspace_id: string;
  /** The bases to search, each with the current revision of its vectors in D1. */
  readonly bases: readonly { readonly id: string; readonly vectors_revision: number }[];
  readonly values: readonly number[];
  /** 1 to `maxHits` of the index. */
  readonly limit: number;
  /** Only vectors of these ids, at most 5,000; for an index that narrows by `ids`. */
  readonly ids?: readonly string[];
  /** Only vectors of these contents, whatever their bases, at most 1,000; for an index that narrows by `contents`. */
  readonly contents?: readonly string[];
}

export interface VectorHit {
  readonly id: string;
  /** Cosine similarity, -1..1. */
  readonly score: number;
}

/**
 * Nearest neighbours by cosine similarity. Namespaces are workspaces. Writes may become visible
 * late and a removed id may still be returned: callers check every hit in D1.
 */
export interface VectorIndex {
  /** Maximum number of hits of a query. */
  readonly maxHits: number;
  /** Milliseconds after which a write is visible to queries. */
  readonly visibleAfterMs: number;
  /** Maximum length of vectors; null without one. */
  maxDimensions(): Promise<number | null>;
  /** How a query can be limited, so that it finds what is not among the nearest. */
  readonly narrowsBy: 'ids' | 'contents';
  /**
   * Stores vectors. An index in the database passes its statements to `commit`, which runs them in a batch
   * of the caller; another has stored the vectors before it calls `commit` without any.
   */
  upsert(
    workspace_id: string,
    records: readonly VectorRecord[],
    commit?: (statements: readonly Statement[]) => Promise<unknown>,
  ): Promise<void>;
  query(query: VectorQuery): Promise<VectorHit[]>;
  remove(workspace_id: string, ids: readonly string[]): Promise<void>;
  /**
   * Moves vectors to another base. Statements go to `commit` as in `upsert`. A vector that the index does not have
   * yet stays where it is written.
   */
  move(
    workspace_id: string,
    ids: readonly string[],
    base_id: string,
    commit?: (statements: readonly Statement[]) => Promise<unknown>,
  ): Promise<void>;
  /** Does some of the upkeep of the whole index. Returns the number of vectors handled; 0 when nothing was left. */
  maintain(): Promise<number>;
}

interface StoredObject {
  readonly body: ReadableStream<Uint8Array>;
  readonly byte_size: number;
}

/** An object of a bucket of the operator. */
interface BucketObject extends StoredObject {
  readonly etag: string;
}

/** Buckets of the deployment from which workspaces import, by the names of their bindings. */
export interface ImportBuckets {
  /** Names that the workspace may read. */
  readonly names: readonly string[];
  /** Lists up to 1000 keys after `cursor`; null when the workspace may not read the bucket. */
  list(
    bucket: string,
    options: { readonly prefix: string; readonly cursor: string | null },
  ): Promise<BucketListing | null>;
  /** Reads an object; null when it does not exist, or the workspace may not read the bucket. */
  get(bucket: string, key: string): Promise<BucketObject | null>;
}

interface BucketListing {
  readonly objects: readonly { readonly key: string; readonly etag: string }[];
  readonly next: string | null;
}

/** Stores original files. Keys are built from ids only. */
export interface FileStore {
  /** Streams the body into the store in bounded memory. Returns what was written. */
  put(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredFile>;
  /** Reads an object, or a part of it; `byte_size` is that of the whole object. */
  get(key: string, range?: ByteRange): Promise<StoredObject | null>;
  /** Returns up to `limit` keys with the prefix, in their order, after the key `after`. */
  list(prefix: string, after: string | null, limit: number): Promise<readonly string[]>;
  remove(keys: readonly string[]): Promise<void>;
  /** Removes every object whose key starts with the prefix. */
  removeAll(prefix: string): Promise<void>;
  /** Throws when the store does not respond. */
  check(): Promise<void>;
}

/** A range of at least one byte that begins inside of the object. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Data that is deployed with the Worker because it is too large for its bundle. */
export interface AssetReader {
  /**
   * Reads an asset by its path from the root of the assets, without a leading slash; null when it
   * does not exist.
   */
  read(path: string): Promise<Uint8Array | null>;
}

export interface PutOptions {
  readonly media_type: string;
  /** Limit in bytes. A larger file fails with `too_large` and nothing is stored. */
  readonly limit: number;
}

export interface StoredFile {
  readonly byte_size: number;
  readonly sha256: string;
}

/** The fast path of background work; the outbox guarantees delivery. */
export interface JobQueue {
  /** Delivers messages now, or after `delay_s` seconds. */
  send(messages: readonly JobMessage[], delay_s?: number): Promise<void>;
  /** Throws when the queue does not respond. */
  check(): Promise<void>;
}

/** The live part of a session: one object for each session, addressable from everywhere. */
export interface SessionHosts {
  get(session_id: string): { ask(command: HostCommand): Promise<HostReply> };
}

/**
 * A command for a host and its caller; the commands are defined by the host
 * (runs/host/host-client.ts).
 */
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

/** Failures are returned as data, since an exception would lose its code in transit. */
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
  /** The standing of each rate limit that applied. */
  readonly rates: readonly RateStanding[];
}

/** The subject of each scope; null when the scope does not apply. */
export type RateSubjects = { readonly [Scope in RateScope]: string | null };

/** Counts for all subjects, atomically. */
export interface RateWanted {
  readonly subjects: RateSubjects;
  /** The scopes for which it counts as a request. */
  readonly requests: readonly RateScope[];
  /** True to require remaining tokens; the number of tokens is not known yet. */
  readonly tokens: boolean;
  /** The run that starts with it. */
  readonly run_id: string | null;
  /** The limit of the credential itself. */
  readonly own?: { readonly id: string; readonly requests_per_minute: number } | null;
}

/** Use of one limit. */
export interface RateStanding {
  /** Its name in `RateLimit`, such as `key-minute`. */
  readonly policy: string;
  readonly scope: RateScope | 'address' | 'token';
  readonly id: string;
  readonly limit: number;
  readonly unit: 'requests' | 'tokens' | 'concurrent-requests';
  /** Null for a limit without a time window. */
  readonly window_s: number | null;
  readonly remaining: number;
  /** Seconds until the full quota is available again; null when unknown. */
  readonly reset_s: number | null;
  readonly is_refused: boolean;
}

/** The exact counters of the workspace of the caller. */
export interface RateCounts {
  /** `revision` is that of the rules that the caller has read. */
  take(revision: number, wanted: RateWanted): Promise<RateStanding[]>;
  spend(subjects: RateSubjects, tokens: number): Promise<void>;
  renew(run_id: string, subjects: RateSubjects): Promise<void>;
  release(run_id: string): Promise<void>;
  /** Deletes all counters of a deleted workspace. */
  erase(): Promise<void>;
  /** Deletes what is stored of an erased end user. */
  eraseEndUser(end_user_id: string): Promise<void>;
}

/** Approximate limits against floods, counted per location. */
export interface FloodGuard {
  admitsAddress(address: string): Promise<boolean>;
  admitsKey(key_id: string): Promise<boolean>;
}

/** Model providers that need no credential of a workspace. */
export interface ModelAccess {
  readonly workersAi: Ai | null;
}

/** Returns why a redirect must not be followed; null if it may. Called for each, before the request is sent. */
type RefuseRedirect = (to: URL) => string | null | Promise<string | null>;

/** Limits of one outbound request. */
export interface EgressLimits {
  /** 0 to 3; each hop is checked like the first. */
  readonly redirects: number;
  /** Time limit in milliseconds for all hops, headers and body together. */
  readonly deadline_ms: number;
  /** Maximum size of the body in bytes after decoding. */
  readonly max_bytes: number;
  /** Accepted media types, `text/*`, or `+json` for a structured suffix; absent for any. */
  readonly content_types?: readonly string[];
  readonly refuseRedirect?: RefuseRedirect;
}

/** Limits of a response that streams. The caller's signal bounds the whole. */
export interface EgressStreamLimits {
  /** 0 to 3; each hop is checked like the first. */
  readonly redirects: number;
  /** Milliseconds until the first byte of the body, including all hops and headers. */
  readonly first_byte_ms: number;
  /** Milliseconds that a read may wait for the next bytes. */
  readonly idle_ms: number;
  /** Maximum size of the body in bytes after decoding. */
  readonly max_bytes: number;
  /** As in `EgressLimits`. */
  readonly content_types?: readonly string[];
  readonly refuseRedirect?: RefuseRedirect;
}

/** The signature of the global `fetch`, which only egress may name. */
export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

/** The single way for outbound HTTP (docs/decisions/0001-one-door-out.md). */
export interface Egress {
  /** Throws `url_not_allowed` for a URL that must not be called. Sends nothing. */
  check(url: string): URL;
  /**
   * Sends one guarded request and reads the whole response. Throws `EgressError` with a `reason`.
   */
  request(url: string, init: RequestInit, limits: EgressLimits): Promise<Response>;
  /**
   * Sends one guarded request whose body streams. Resolves with the headers. Reading the body
   * throws `EgressError` once a limit is reached; cancelling it, or aborting `init.signal`, closes
   * the connection.
   */
  stream(url: string, init: RequestInit, limits: EgressStreamLimits): Promise<Response>;
  /**
   * Returns a `fetch` for provider packages: limited to the origin of `base_url`, without
   * redirects, with a time limit for the headers; the body streams. Throws `EgressError`.
   */
  providerFetch(base_url: string, options: { readonly headers_timeout_ms: number }): Fetch;
}

export const codeLanguages = ['javascript', 'typescript'] as const;
export type CodeLanguage = (typeof codeLanguages)[number];

/** A file that code may read. */
export interface CodeInputFile {
  readonly name: string;
  readonly text: string;
  /** The original; absent where it is the text in UTF-8. */
  readonly bytes?: Uint8Array;
}

/** The size of what code leaves behind is bounded by `platform/code/output.ts`. */
export interface CodeJob {
  /** The body of an async function: `return` gives the result. */
  readonly code: string;
  readonly language: CodeLanguage;
  readonly files: readonly CodeInputFile[];
  /** Plain JSON; the global `input`. */
  readonly input: unknown;
  readonly limits: CodeLimits;
}

interface CodeLimits {
  /** CPU time in milliseconds. */
  readonly time_ms: number;
}

export const codeErrorTypes = [
  'syntax',
  'exception',
  'timeout',
  'out_of_memory',
  'output',
] as const;

export interface CodeError {
  /** `output`: the result, a log or a file is too large or malformed. */
  readonly type: (typeof codeErrorTypes)[number];
  /** Such as `TypeError`. */
  readonly name: string;
  readonly message: string;
  /** Line of the code, from 1; null when unknown. */
  readonly line: number | null;
}

export interface CodeOutcome {
  readonly ok: boolean;
  /** Plain JSON; null without a result. */
  readonly result: unknown;
  /** The console, up to the end or the error. */
  readonly logs: readonly { readonly level: string; readonly text: string }[];
  readonly files: readonly { readonly name: string; readonly content: Uint8Array<ArrayBuffer> }[];
  /** Null where the platform does not tell. */
  readonly cpu_ms: number | null;
  /** Units of work, the same for the same code; null where the platform has none. */
  readonly ticks: number | null;
  readonly error: CodeError | null;
}

/** Runs code that nobody has reviewed: without network, modules, timers and state, and bounded in time and memory. */
export interface CodeRunner {
  readonly name: 'quickjs' | 'worker_loader';
  /** Does not throw for a fault of the code. Nothing that the code does outlives the call. */
  run(job: CodeJob): Promise<CodeOutcome>;
}

/** Sends mail. Rejects with a `Failure` where the service refuses it, so that a job tries again. */
export interface Mailer {
  readonly name: string;
  /** Resolves with the `Message-ID` once the service has accepted the message. */
  send(mail: Mail): Promise<string>;
}

export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
