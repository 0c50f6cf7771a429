import type { Statement } from '../../db/client.ts';
import type { SearchProviderId } from '../../db/schema/web-search.ts';
import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { hour, toWireTime } from '../../shared/time.ts';
import type { Attribution } from '../../usage/index.ts';
import { readSetupWith, type SearchSetup, type SearchSource, sourcesOf } from './access.ts';
import { type Attempt, attemptSearch } from './attempt.ts';
import { recordFailure } from './breaker.ts';
import { isFault, type SearchFault } from './fault.ts';
import { readHits } from './hits.ts';
import { SearchMeter } from './meter.ts';
import { notConfigured } from './not-configured.ts';
import type { SearchAnswer, SearchHit, SearchQuery } from './provider.ts';
import { deleteFailures, type FailureRow, putCached, selectCached } from './store.ts';

const cacheFor = hour;

export interface SearchCall extends Attribution {
  /** Identifies the call in the usage table. */
  readonly call_key: string;
  readonly signal: AbortSignal;
}

export type SearchOutcome =
  | {
      readonly ok: true;
      readonly hits: readonly SearchHit[];
      readonly provider: SearchProviderId;
      /** Host that has returned the results. */
      readonly host: string;
      readonly usage: readonly Statement[];
    }
  | { readonly ok: false; readonly error: string; readonly usage: readonly Statement[] };

/**
 * Searches the web with the first provider of the workspace that answers. Providers that have failed are left out for a
 * while; the results are cached for an hour. Returns the statements that store usage, failures and results, for the
 * caller's batch. Takes one round trip before the first request.
 */
export async function searchWeb(
  ctx: Ctx,
  query: SearchQuery,
  { signal, ...attribution }: SearchCall,
): Promise<SearchOutcome> {
  const key = await cacheKey(query);
  const { setup, results } = await readSetupWith(ctx, [
    selectCached(ctx.db, ctx.workspace_id, key, ctx.now()),
  ] as const);
  const sources = sourcesOf(ctx, setup);
  if (sources.length === 0) return { ok: false, error: notConfigured(ctx, setup), usage: [] };
  const [cached] = results[0];
  const source = sources.find(({ provider }) => provider.id === cached?.provider);
  if (cached !== undefined && source !== undefined) {
    const hits = cached.results as readonly SearchHit[];
    return { ok: true, hits, provider: cached.provider, host: source.host, usage: [] };
  }
  const meter = new SearchMeter(ctx, { ...attribution, operation: 'web_search' });
  const cascade = { ctx, query, setup, meter, signal };
  const { answer, faults, statements } = await firstAnswer(cascade, sources);
  const usage = [...meter.close(), ...statements];
  if (answer === null) return { ok: false, error: describe(faults), usage };
  const hits = readHits(answer.results, query);
  const { provider, host } = answer.source;
  const row = { workspace_id: ctx.workspace_id, key, provider: provider.id, results: hits };
  const kept = putCached(ctx.db, { ...row, expires_at: ctx.now() + cacheFor });
  return { ok: true, hits, provider: provider.id, host, usage: [...usage, kept] };
}

/** Cached results belong to the workspace; the key holds no text of the query. */
const cacheKey = ({ query, ...options }: SearchQuery): Promise<string> =>
  sha256(canonicalJson({ ...options, query: query.trim().replaceAll(/\s+/g, ' ') }));

interface Cascade {
  readonly ctx: Ctx;
  readonly query: SearchQuery;
  readonly setup: SearchSetup;
  readonly meter: SearchMeter;
  readonly signal: AbortSignal;
}

type Named = readonly [name: string, fault: SearchFault];

async function firstAnswer(
  { ctx, query, setup, meter, signal }: Cascade,
  sources: readonly SearchSource[],
): Promise<{
  readonly answer: (SearchAnswer & { readonly source: SearchSource }) | null;
  readonly faults: readonly Named[];
  readonly statements: readonly Statement[];
}> {
  const faults: Named[] = [];
  const statements: Statement[] = [];
  for (const source of sources) {
    const { id, name } = source.provider;
    const failed = setup.failures.get(id);
    const fault =
      failed !== undefined && failed.open_until > ctx.now()
        ? leftOut(failed)
        : await meter.reserve(source);
    if (fault !== null) {
      faults.push([name, fault]);
      continue;
    }
    const outcome = await metered(ctx, source, query, meter, signal);
    if (outcome === null) return { answer: null, faults: [[name, aborted]], statements };
    if (!isFault(outcome)) {
      if (failed !== undefined) statements.push(deleteFailures(ctx.db, ctx.workspace_id, id));
      return { answer: { ...outcome, source }, faults, statements };
    }
    ctx.log.warn('web_search_failed', { provider: id, code: outcome.code });
    statements.push(...recordFailure(ctx, source, outcome));
    faults.push([name, outcome]);
  }
  return { answer: null, faults, statements };
}

/** The message of the failure is of another search, and may repeat its query. */
const leftOut = ({ code, open_until }: FailureRow): SearchFault => ({
  code: 'unavailable',
  detail: `It has failed (${code}) and is left out until ${toWireTime(open_until)}.`,
});

const aborted: SearchFault = { code: 'unavailable', detail: 'The search was aborted.' };

/** Asks one provider and records the request. Returns null when the caller has aborted it. */
export async function metered(
  ctx: Ctx,
  source: SearchSource,
  query: SearchQuery,
  meter: SearchMeter,
  signal: AbortSignal,
): Promise<Attempt['outcome'] | null> {
  const started_at = ctx.now();
  try {
    const attempt = await attemptSearch(ctx, source, query, signal);
    meter.record(source, attempt, ctx.now() - started_at);
    return attempt.outcome;
  } catch (error) {
    meter.record(source, { outcome: null, may_cost: true }, ctx.now() - started_at);
    if (error instanceof EgressError) return null;
    throw error;
  }
}

/** The error that the model reads. */
const describe = (faults: readonly Named[]): string =>
  `No search provider answered. ${faults
    .map(([name, { code, detail }]) => `${name} (${code}): ${detail}`)
    .join(' ')}`;
