import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { minute, second } from '../../shared/time.ts';
import type { SearchSource } from './access.ts';
import type { SearchFault, SearchFaultCode } from './fault.ts';
import { addFailure } from './store.ts';

/** Failures in a row after which a provider is left out, for faults that may pass by themselves. */
const mostFailures = 3;
const openFor = minute;
const maxOpen = 10 * minute;

/** Faults that the next search would meet as well: the provider is left out at once. */
const lasting: Readonly<Partial<Record<SearchFaultCode, number>>> = {
  provider_auth: 5 * minute,
  quota_exhausted: 10 * minute,
  misconfigured: 5 * minute,
  credential_unusable: 5 * minute,
  rate_limited: 10 * second,
};

/** The fault is of the query or of the caller, and says nothing about the provider. */
const ofQuery: ReadonlySet<SearchFaultCode> = new Set(['invalid_request', 'budget_exceeded']);

/** Returns the statements that count a failure of a provider. */
export function recordFailure(
  ctx: Ctx,
  { provider }: SearchSource,
  { code, detail, retry_after_ms }: SearchFault,
): Statement[] {
  if (ofQuery.has(code)) return [];
  const now = ctx.now();
  const pause = lasting[code];
  const wait = Math.min(Math.max(retry_after_ms ?? pause ?? 0, second), maxOpen);
  const row = {
    ...{ workspace_id: ctx.workspace_id, provider: provider.id, code, detail, updated_at: now },
    open_until: pause === undefined && retry_after_ms === undefined ? null : now + wait,
  };
  return [addFailure(ctx.db, row, { most: mostFailures, open_until: now + openFor })];
}
