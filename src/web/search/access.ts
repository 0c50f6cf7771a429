import { type BatchResults, batch, batchBoth, type Statements } from '../../db/client.ts';
import type { SearchProviderId } from '../../db/schema/web-search.ts';
import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { openSecret } from '../../secrets/index.ts';
import { fromUsd, type NanoUsd } from '../../shared/money.ts';
import type { SearchAccess, SearchProvider } from './provider.ts';
import { searchProviders } from './registry.ts';
import {
  type FailureRow,
  keyOf,
  type SearchProviderRow,
  selectFailures,
  selectOrder,
  selectProviders,
} from './store.ts';

/** A provider that a workspace can call. */
export interface SearchSource {
  readonly provider: SearchProvider;
  readonly base_url: string;
  readonly host: string;
  /** Owner of the key; null when none is needed. */
  readonly key_source: 'workspace' | 'deployment' | null;
  readonly price_nano_usd: NanoUsd;
  readonly row: SearchProviderRow | undefined;
}

/** The search settings of a workspace. */
export interface SearchSetup {
  readonly rows: readonly SearchProviderRow[];
  readonly failures: ReadonlyMap<SearchProviderId, FailureRow>;
  /** Null for the default order. */
  readonly order: readonly SearchProviderId[] | null;
}

const statementsFor = ({ db, workspace_id }: Ctx) =>
  [
    selectProviders(db, workspace_id),
    selectFailures(db, workspace_id),
    selectOrder(db, workspace_id),
  ] as const;

/** Reads the search settings in one round trip. */
export const readSetup = async (ctx: Ctx): Promise<SearchSetup> =>
  toSetup(await batch(ctx.db, statementsFor(ctx)));

/** The same, with other statements in that round trip. */
export async function readSetupWith<const Batch extends Statements>(
  ctx: Ctx,
  statements: Batch,
): Promise<{ setup: SearchSetup; results: BatchResults<Batch> }> {
  const [setup, results] = await batchBoth(ctx.db, statementsFor(ctx), statements);
  return { setup: toSetup(setup), results };
}

const toSetup = ([rows, failures, [workspace]]: readonly [
  readonly SearchProviderRow[],
  readonly FailureRow[],
  readonly { readonly order: readonly SearchProviderId[] | null }[],
]): SearchSetup => ({
  rows,
  failures: new Map(failures.map((row) => [row.provider, row])),
  order: workspace?.order ?? null,
});

/** Returns the providers that a search tries, in this order. */
export function sourcesOf(ctx: Ctx, { rows, order }: SearchSetup): SearchSource[] {
  const wanted =
    order === null
      ? searchProviders
      : order.flatMap((id) => searchProviders.find((provider) => provider.id === id) ?? []);
  return wanted.flatMap((provider) => sourceOf(ctx, provider, rows) ?? []);
}

/** Returns null for a provider that cannot be called. Decrypts nothing. */
export function sourceOf(
  ctx: Ctx,
  provider: SearchProvider,
  rows: readonly SearchProviderRow[],
): SearchSource | null {
  const row = rows.find((one) => one.provider === provider.id);
  const base_url = row?.base_url ?? defaultUrlOf(ctx, provider);
  const host = base_url === null ? null : hostOf(ctx, base_url);
  if (base_url === null || host === null) return null;
  // The deployment's key is sent only to the provider's default base URL.
  const isShared =
    (row?.base_url ?? null) === null &&
    ctx.config.shared_provider_keys.has(provider.key_variable ?? '');
  const key_source = row?.api_key != null ? 'workspace' : isShared ? 'deployment' : null;
  if (key_source === null && provider.needs_key) return null;
  const price_nano_usd = row?.price_nano_usd ?? fromUsd(provider.price_usd);
  return { provider, base_url, host, key_source, price_nano_usd, row };
}

/** The provider's own URL, or that of the deployment. */
export const defaultUrlOf = (ctx: Ctx, provider: SearchProvider): string | null =>
  provider.default_base_url ??
  ctx.config.shared_provider_keys.get(provider.url_variable ?? '')?.replace(/\/+$/, '') ??
  null;

/** Returns null for a URL that must not be called. */
function hostOf(ctx: Ctx, base_url: string): string | null {
  try {
    return checkSearchUrl(ctx, base_url).host;
  } catch {
    return null;
  }
}

/** Throws `url_not_allowed`, also for http unless private networks are allowed. */
export const checkSearchUrl = (ctx: Ctx, base_url: string): URL =>
  checkSecureUrl(ctx, base_url, '`base_url` must use https.');

/** Decrypts the key. Throws the failures of `openSecret`. */
export async function openAccess(
  ctx: Ctx,
  { provider, base_url, key_source, row }: SearchSource,
): Promise<SearchAccess> {
  if (key_source === null) return { base_url, api_key: null };
  if (key_source === 'deployment' || row === undefined)
    return {
      base_url,
      api_key: ctx.config.shared_provider_keys.get(provider.key_variable ?? '') ?? null,
    };
  return { base_url, api_key: await openSecret(ctx, keyOf(row), row.api_key ?? '') };
}
