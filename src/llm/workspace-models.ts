import type { LanguageModelV4 } from '@ai-sdk/provider';
import { cacheBudgets, findCachedBudgets, selectCachedBudgets } from '../budgets/index.ts';
import { type BatchResults, batch, batchBoth, type Statements } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { checkSecureUrl } from '../platform/secure-url.ts';
import { openSecret } from '../secrets/index.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import {
  free,
  openPrice,
  type Price,
  type PriceOverrideRow,
  selectPriceOverrides,
  type TokenPrices,
  toTokenPrices,
} from '../usage/index.ts';
import { type CredentialRow, keyOf, selectCredentials } from './credential-store.ts';
import { readLeniently } from './lenient/read-leniently.ts';
import type { ModelSettings } from './model-settings.ts';
import type { Provider } from './providers.ts';

/** The credentials and price overrides of a workspace. */
interface WorkspaceModels {
  readonly read_at: number;
  readonly credentials: ReadonlyMap<string, CredentialRow>;
  readonly prices: ReadonlyMap<string, TokenPrices>;
  /** Decrypted keys, by provider. */
  readonly keys: Map<string, string>;
  /** Opened models, by name. */
  readonly targets: Map<string, Target>;
  /** Models that the workspace's own servers list, by provider. */
  readonly served: Map<string, readonly string[]>;
}

/** Maximum time for which other isolates use a credential after it was changed. */
const cacheFor = 30 * second;
const cacheSize = 500;
const cache = new Map<string, WorkspaceModels>();

/** Invalidates the cache of this isolate. Called when credentials or prices change. */
export const invalidateWorkspaceModels = (workspace_id: string): void =>
  void cache.delete(workspace_id);

/** Returns the credentials and price overrides. Cached for up to 30 seconds; otherwise one round trip. */
export async function readWorkspaceModels(ctx: Ctx): Promise<WorkspaceModels> {
  return findCached(ctx) ?? cacheModels(ctx, await batch(ctx.db, statementsFor(ctx)));
}

/** Runs statements, and in the same round trip loads the cache that the following model call needs. */
export async function batchWithModels<const Batch extends Statements>(
  ctx: Ctx,
  statements: Batch,
): Promise<BatchResults<Batch>> {
  if (findCached(ctx) !== undefined) return batch(ctx.db, statements);
  const [results, models] = await batchBoth(ctx.db, statements, statementsFor(ctx));
  cacheModels(ctx, models);
  return results;
}

/** Reads the budgets as well, which every call checks. */
const statementsFor = (ctx: Ctx) =>
  [
    selectCredentials(ctx.db, ctx.workspace_id),
    selectPriceOverrides(ctx.db, ctx.workspace_id),
    ...selectCachedBudgets(ctx),
  ] as const;

type ModelRows = readonly [
  credentials: readonly CredentialRow[],
  prices: readonly PriceOverrideRow[],
  ...budgets: Parameters<typeof cacheBudgets> extends [unknown, ...infer Rest] ? Rest : never,
];

function findCached(ctx: Ctx): WorkspaceModels | undefined {
  const cached = cache.get(ctx.workspace_id);
  return cached !== undefined &&
    ctx.now() - cached.read_at < cacheFor &&
    findCachedBudgets(ctx) !== undefined
    ? cached
    : undefined;
}

function cacheModels(ctx: Ctx, [credentials, prices, ...budgets]: ModelRows): WorkspaceModels {
  cacheBudgets(ctx, ...budgets);
  const models: WorkspaceModels = {
    read_at: ctx.now(),
    credentials: new Map(credentials.map((row) => [row.provider, row])),
    prices: new Map(prices.map((row) => [row.model, toTokenPrices(row)])),
    keys: new Map(),
    targets: new Map(),
    served: new Map(),
  };
  cache.delete(ctx.workspace_id);
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(ctx.workspace_id, models);
  return models;
}

/** The base URL and credential with which a workspace calls a provider. */
export interface Access {
  readonly base_url: string;
  readonly api_key: string | null;
  /** Owner of the credential; null when none is needed. */
  readonly key_source: 'workspace' | 'deployment' | null;
}

type Credentials = Pick<WorkspaceModels, 'credentials'>;

/** Returns the base URL of a provider and the owner of its key; null when it cannot be called. Decrypts nothing. */
export function findAccess(
  ctx: Ctx,
  provider: Provider,
  { credentials }: Credentials,
): Omit<Access, 'api_key'> | null {
  if (provider.transport === 'inside') return { base_url: '', key_source: null };
  if (provider.transport === 'binding')
    return ctx.models.workersAi === null ? null : { base_url: '', key_source: 'deployment' };
  const row = credentials.get(provider.id);
  const base_url = row?.base_url ?? provider.default_base_url;
  if (base_url === null || refusalOf(ctx, base_url) !== null) return null;
  if (row !== undefined && row.api_key !== null) return { base_url, key_source: 'workspace' };
  // The deployment's key is sent only to the provider's default base URL.
  const isShared =
    (row?.base_url ?? null) === null &&
    ctx.config.shared_provider_keys.has(provider.key_variable ?? '');
  if (isShared) return { base_url, key_source: 'deployment' };
  return provider.needs_key ? null : { base_url, key_source: null };
}

/** Parses a base URL. Throws `url_not_allowed` for addresses that egress forbids, and for http unless private networks are allowed. */
export function checkProviderUrl(ctx: Ctx, base_url: string): URL {
  return checkSecureUrl(ctx, base_url, '`base_url` must use https.');
}

/** Returns why a base URL is not allowed; null when it is. */
function refusalOf(ctx: Ctx, base_url: string): string | null {
  try {
    checkProviderUrl(ctx, base_url);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'The base URL is not allowed.';
  }
}

/** Returns why `findAccess` returns null, as a clause without a full stop, and the remedy as a sentence. */
export function explainNoAccess(
  ctx: Ctx,
  provider: Provider,
  { credentials }: Credentials,
): { readonly reason: string; readonly cure: string } {
  const { id, name, default_base_url, transport } = provider;
  if (transport === 'binding')
    return {
      reason: `${name} is not available on this server`,
      cure: 'It is available on Cloudflare only.',
    };
  const base_url = credentials.get(id)?.base_url ?? default_base_url;
  const put = `\`PUT /providers/${id}\``;
  if (base_url === null)
    return {
      reason: `${name} has no base URL in this workspace`,
      cure: `Set \`base_url\` with ${put}.`,
    };
  const refusal = refusalOf(ctx, base_url);
  if (refusal !== null) return { reason: `${name} cannot be called at ${base_url}`, cure: refusal };
  return {
    reason: `${name} has no usable credential in this workspace`,
    cure: `Set one with ${put}.`,
  };
}

/** Returns the access with its decrypted key. Throws `provider_not_configured`, and the failures of `openSecret`. */
async function openAccess(ctx: Ctx, provider: Provider, models: WorkspaceModels): Promise<Access> {
  const access = findAccess(ctx, provider, models);
  if (access === null) {
    const { reason, cure } = explainNoAccess(ctx, provider, models);
    throw new Failure('provider_not_configured', `${reason}. ${cure}`);
  }
  if (access.key_source === null || provider.transport !== 'http')
    return { ...access, api_key: null };
  if (access.key_source === 'deployment')
    return {
      ...access,
      api_key: ctx.config.shared_provider_keys.get(provider.key_variable ?? '') ?? null,
    };
  return { ...access, api_key: await openKey(ctx, provider, models) };
}

async function openKey(
  ctx: Ctx,
  { id }: Provider,
  { credentials, keys }: WorkspaceModels,
): Promise<string> {
  const row = credentials.get(id) as CredentialRow;
  const key = keys.get(id) ?? (await openSecret(ctx, keyOf(row), row.api_key ?? ''));
  keys.set(id, key);
  return key;
}

/** An opened model, ready to be called. */
export interface Target {
  readonly provider: Provider;
  readonly model: string;
  readonly settings: ModelSettings;
  /** The egress through which it is called. */
  readonly egress: Ctx['egress'];
  /** Returns the model, which is created once: creating one builds the response schemas of its package. */
  readonly language: () => Promise<LanguageModelV4>;
  readonly is_own_key: boolean;
  readonly price: Price;
}

/** Maximum time until the headers of a response, which are sent before a model reasons. */
const headersTimeoutMs = 60 * second;

/** Opens a model. Takes no round trip for a built-in model. Throws `provider_not_configured`, `credential_unusable`, `unavailable`. */
export async function openTarget(ctx: Ctx, provider: Provider, model: string): Promise<Target> {
  const workers_ai = ctx.models.workersAi;
  if (provider.price_id === free) {
    const settings = { model, base_url: '', api_key: null, fetch: refuseFetch, workers_ai };
    return newTarget({
      provider,
      model,
      settings,
      egress: ctx.egress,
      is_own_key: false,
      price: await openPrice({ price_id: free, model, override: null }),
    });
  }
  const models = await readWorkspaceModels(ctx);
  const name = `${provider.id}/${model}`;
  const cached = models.targets.get(name);
  if (cached?.egress === ctx.egress) return cached;
  const { base_url, api_key, key_source } = await openAccess(ctx, provider, models);
  const fetch =
    provider.transport === 'http'
      ? readLeniently(
          ctx.egress.providerFetch(base_url, { headers_timeout_ms: headersTimeoutMs }),
          ctx.now,
        )
      : refuseFetch;
  const target = newTarget({
    provider,
    model,
    settings: { model, base_url, api_key, fetch, workers_ai },
    egress: ctx.egress,
    is_own_key: key_source === 'workspace',
    price: await openPrice({
      price_id: provider.price_id,
      model,
      override: models.prices.get(name) ?? null,
    }),
  });
  if (models.targets.size >= maxTargets) models.targets.clear();
  models.targets.set(name, target);
  return target;
}

/** Maximum number of cached models of a workspace. */
const maxTargets = 50;

function newTarget(target: Omit<Target, 'language'>): Target {
  let made: LanguageModelV4 | null = null;
  return {
    ...target,
    // The promise is not cached: a request must not await work that another request started.
    language: async () => {
      made ??= await target.provider.language(target.settings);
      return made;
    },
  };
}

const refuseFetch: ModelSettings['fetch'] = () =>
  Promise.reject(new Error('This provider is not called over HTTP.'));
