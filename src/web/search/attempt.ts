import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { openAccess, type SearchSource } from './access.ts';
import { isFault, type SearchFault } from './fault.ts';
import type { SearchAccess, SearchAnswer, SearchQuery } from './provider.ts';

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 2_000_000 };

export interface Attempt {
  readonly outcome: SearchAnswer | SearchFault;
  /** False for a request that the provider has certainly not answered, so that it costs nothing. */
  readonly may_cost: boolean;
}

const unsent = (fault: SearchFault): Attempt => ({ outcome: fault, may_cost: false });

/** Asks one provider. Does not throw, unless the caller has aborted the search. */
export async function attemptSearch(
  ctx: Ctx,
  source: SearchSource,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<Attempt> {
  const access = await openAccess(ctx, source).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  if (access instanceof Failure)
    return unsent({ code: 'credential_unusable', detail: access.message });
  try {
    const outcome = await send(ctx, source, access, query, signal);
    return { outcome, may_cost: !isFault(outcome) };
  } catch (error) {
    if (!(error instanceof EgressError) || signal.aborted) throw error;
    return error.reason === 'timeout'
      ? { outcome: { code: 'timeout', detail: error.message }, may_cost: true }
      : unsent({ code: 'unavailable', detail: error.message });
  }
}

async function send(
  ctx: Ctx,
  { provider }: SearchSource,
  access: SearchAccess,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<SearchAnswer | SearchFault> {
  const { url, ...init } = provider.request(query, access, ctx.now());
  const response = await ctx.egress.request(url, { ...init, signal }, limits);
  const json = parse(await response.text());
  const outcome = provider.read({ status: response.status, headers: response.headers, json });
  // A provider may repeat the key in its message (R46).
  return isFault(outcome) && access.api_key !== null
    ? { ...outcome, detail: outcome.detail.replaceAll(access.api_key, '…') }
    : outcome;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
