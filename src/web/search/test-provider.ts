import type { SearchProviderId } from '../../db/schema/web-search.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireUsd } from '../../shared/money.ts';
import { readSetup, sourceOf } from './access.ts';
import { recordFailure } from './breaker.ts';
import { isFault, type SearchFault } from './fault.ts';
import { readHits } from './hits.ts';
import { SearchMeter } from './meter.ts';
import { providerOf } from './registry.ts';
import type { SearchProviderTest, TestSearchProvider } from './schema.ts';
import { metered } from './search-web.ts';
import { deleteFailures } from './store.ts';

const shown = 3;

/**
 * Searches with one provider, even if it has failed before. The search is metered like any other; a failure is
 * returned as the result. Throws `provider_not_configured`, and `budget_exceeded` before the provider is called.
 */
export async function testSearchProvider(
  ctx: Ctx,
  id: SearchProviderId,
  { query: text }: TestSearchProvider,
): Promise<SearchProviderTest> {
  const source = sourceOf(ctx, providerOf(id), (await readSetup(ctx)).rows);
  if (source === null)
    throw new Failure(
      'provider_not_configured',
      `${providerOf(id).name} is not configured in this workspace. Configure it with \`PUT /search-providers/${id}\`.`,
    );
  const meter = new SearchMeter(ctx, {
    operation: 'provider_test',
    call_key: ctx.newId('use'),
  });
  const refused = await meter.reserve(source);
  if (refused !== null) throw new Failure('budget_exceeded', refused.detail);
  const query = {
    query: text,
    count: shown,
    freshness: null,
    allowed_domains: [],
    blocked_domains: [],
  };
  const started_at = ctx.now();
  const outcome = (await metered(ctx, source, query, meter, ctx.signal)) ?? aborted;
  const fault = isFault(outcome) ? outcome : null;
  const reply: SearchProviderTest = {
    ok: fault === null,
    results: isFault(outcome) ? [] : readHits(outcome.results, query),
    latency_ms: ctx.now() - started_at,
    cost_usd: toWireUsd(meter.cost_nano_usd) ?? 0,
    error: fault === null ? null : { code: fault.code, detail: fault.detail },
  };
  await commit(ctx, {
    statements: [
      ...meter.close(),
      ...(fault === null
        ? [deleteFailures(ctx.db, ctx.workspace_id, id)]
        : recordFailure(ctx, source, fault)),
    ],
    audit: [
      {
        action: 'search_provider.test',
        target_type: 'search_provider',
        target_id: id,
        detail: { ok: reply.ok, code: fault?.code ?? null },
      },
    ],
    reply,
  });
  return reply;
}

const aborted: SearchFault = { code: 'timeout', detail: 'The request was aborted.' };
