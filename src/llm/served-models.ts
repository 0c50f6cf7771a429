import type { Ctx } from '../platform/context.ts';
import { EgressError } from '../platform/egress.ts';
import { second } from '../shared/time.ts';
import type { Provider } from './providers.ts';
import { openTarget, readWorkspaceModels } from './workspace-models.ts';

/** Maximum time for the whole response; a slower list is omitted. */
const deadline_ms = 5 * second;
const maxBytes = 1_000_000;
const maxModels = 1000;

/**
 * Returns the names of the models that a workspace's own server lists at `GET /models`, cached with its
 * credential for up to 30 seconds. Empty for other providers, and when the server does not return a list.
 */
export async function servedModels(ctx: Ctx, provider: Provider): Promise<readonly string[]> {
  const models = await readWorkspaceModels(ctx);
  const isOwn =
    provider.price_id === null &&
    provider.transport === 'http' &&
    models.credentials.has(provider.id);
  if (!isOwn) return [];
  const cached = models.served.get(provider.id);
  if (cached !== undefined) return cached;
  const names = await requestModels(ctx, provider).catch((error: unknown) => {
    ctx.log.info('models_not_listed', {
      provider: provider.id,
      reason: error instanceof EgressError ? error.reason : 'unreadable',
    });
    return [];
  });
  models.served.set(provider.id, names);
  return names;
}

async function requestModels(ctx: Ctx, provider: Provider): Promise<string[]> {
  const { settings } = await openTarget(ctx, provider, '');
  const headers = {
    accept: 'application/json',
    ...(settings.api_key === null ? {} : { authorization: `Bearer ${settings.api_key}` }),
  };
  const limits = { redirects: 0, deadline_ms, max_bytes: maxBytes };
  const response = await ctx.egress.request(
    `${settings.base_url.replace(/\/+$/, '')}/models`,
    { headers },
    limits,
  );
  const body: unknown = response.ok ? await response.json() : null;
  const list =
    body !== null && typeof body === 'object' && 'data' in body && Array.isArray(body.data)
      ? body.data
      : [];
  return list.flatMap((model: unknown) => (isNamed(model) ? [model.id] : [])).slice(0, maxModels);
}

const isNamed = (model: unknown): model is { readonly id: string } =>
  typeof model === 'object' &&
  model !== null &&
  'id' in model &&
  typeof model.id === 'string' &&
  /^\S{1,150}$/.test(model.id);
