import type { SearchProviderId } from '../../db/schema/web-search.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { lastFourOf, putSecret, removeUnlessBound, sealSecret } from '../../secrets/index.ts';
import { hmac } from '../../shared/digest.ts';
import { invalid, notFound } from '../../shared/failure.ts';
import { fromUsd, toWireUsd } from '../../shared/money.ts';
import type { Page } from '../../shared/page.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import {
  checkSearchUrl,
  defaultUrlOf,
  readSetup,
  type SearchSetup,
  sourceOf,
  sourcesOf,
} from './access.ts';
import { providerOf, searchProviders } from './registry.ts';
import type { PutSearchProvider, SearchProviderState } from './schema.ts';
import { deleteFailures, deleteProvider, type FailureRow, keyOf, putProvider } from './store.ts';

/** Lists all search providers and whether this workspace can call them. One round trip. */
export async function listSearchProviders(ctx: Ctx): Promise<Page<SearchProviderState>> {
  const setup = await readSetup(ctx);
  return { data: searchProviders.map(({ id }) => toState(ctx, id, setup)), next_cursor: null };
}

export const getSearchProvider = async (
  ctx: Ctx,
  id: SearchProviderId,
): Promise<SearchProviderState> => toState(ctx, id, await readSetup(ctx));

/**
 * Sets the workspace's own key, base URL and price of a search provider. The key is sealed for this workspace, provider
 * and base URL. Forgets the failures of the provider. Throws `validation_failed`, `url_not_allowed`, and `unavailable`
 * without encryption keys.
 */
export async function setSearchProvider(
  ctx: Ctx,
  id: SearchProviderId,
  { api_key, base_url: given, price_usd }: PutSearchProvider,
): Promise<SearchProviderState> {
  const provider = providerOf(id);
  const base_url = given === null ? null : checkAddress(ctx, given);
  if (base_url === null && defaultUrlOf(ctx, provider) === null)
    throw invalid(
      '/base_url',
      `\`base_url\` is required: ${provider.name} has no default base URL.`,
    );
  const now = ctx.now();
  const row = {
    workspace_id: ctx.workspace_id,
    provider: id,
    base_url,
    price_nano_usd: price_usd === null ? null : fromUsd(price_usd),
    created_at: now,
    updated_at: now,
  };
  const key =
    api_key === undefined
      ? { last_four: null, fingerprint: null }
      : await describeKey(ctx, api_key);
  const sealed = api_key === undefined ? null : await sealSecret(ctx, keyOf(row), api_key);
  await commit(ctx, {
    statements: [
      sealed === null
        ? removeUnlessBound(ctx.db, ctx.workspace_id, keyOf(row))
        : putSecret(ctx.db, sealed),
      putProvider(ctx.db, { ...row, ...key }),
      deleteFailures(ctx.db, ctx.workspace_id, id),
    ],
    audit: [
      {
        action: 'search_provider.set',
        target_type: 'search_provider',
        target_id: id,
        detail: {
          base_url,
          price_usd,
          last_four: key.last_four,
          has_new_key: api_key !== undefined,
        },
      },
    ],
  });
  return getSearchProvider(ctx, id);
}

/** Deletes the workspace's own settings of a provider. Throws `not_found` when it has none. */
export async function removeSearchProvider(ctx: Ctx, id: SearchProviderId): Promise<void> {
  const { rows } = await readSetup(ctx);
  const row = rows.find(({ provider }) => provider === id);
  if (row === undefined) throw notFound('search provider');
  await commit(ctx, {
    statements: [
      deleteProvider(ctx.db, ctx.workspace_id, id),
      deleteFailures(ctx.db, ctx.workspace_id, id),
    ],
    audit: [
      {
        action: 'search_provider.remove',
        target_type: 'search_provider',
        target_id: id,
        detail: { base_url: row.base_url, last_four: row.last_four },
      },
    ],
  });
}

/** Returns the normalized base URL, so that a change of it is detected. */
function checkAddress(ctx: Ctx, text: string): string {
  const url = checkSearchUrl(ctx, text);
  if (url.search !== '' || url.hash !== '')
    throw invalid('/base_url', '`base_url` must not contain a query string or fragment.');
  return url.href.replace(/\/+$/, '');
}

/** Returns the parts of a key that are shown: its last four characters and a fingerprint. */
async function describeKey(ctx: Ctx, api_key: string) {
  const text = JSON.stringify(['search provider key', ctx.workspace_id, api_key]);
  return {
    last_four: lastFourOf(api_key),
    fingerprint: (await hmac(ctx.config.signing_secret.current, text)).slice(0, 12),
  };
}

function toState(ctx: Ctx, id: SearchProviderId, setup: SearchSetup): SearchProviderState {
  const provider = providerOf(id);
  const row = setup.rows.find((one) => one.provider === id);
  const source = sourceOf(ctx, provider, setup.rows);
  const position = sourcesOf(ctx, setup).findIndex((one) => one.provider === provider);
  return {
    id,
    name: provider.name,
    usable: source !== null,
    position: position < 0 ? null : position + 1,
    key_source: source?.key_source ?? null,
    needs_key: provider.needs_key,
    base_url: row?.base_url ?? defaultUrlOf(ctx, provider),
    price_usd: toWireUsd(row?.price_nano_usd ?? fromUsd(provider.price_usd)) ?? 0,
    price_source: row?.price_nano_usd == null ? 'list' : 'workspace',
    api_key:
      row?.api_key == null
        ? null
        : { last_four: row.last_four, fingerprint: row.fingerprint ?? '' },
    failure: toFailure(setup.failures.get(id), ctx.now()),
    updated_at: toWireTimeOrNull(row?.updated_at ?? null),
  };
}

const toFailure = (row: FailureRow | undefined, now: number): SearchProviderState['failure'] =>
  row === undefined
    ? null
    : {
        code: row.code as NonNullable<SearchProviderState['failure']>['code'],
        detail: row.detail,
        count: row.failures,
        skipped_until: row.open_until > now ? toWireTime(row.open_until) : null,
        occurred_at: toWireTime(row.updated_at),
      };
