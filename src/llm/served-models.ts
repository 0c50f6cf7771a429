import type { Ctx } from '../platform/context.ts';
import { EgressError } from '../platform/egress.ts';
import { second } from '../shared/time.ts';
import type { Provider } from './providers.ts';
import { openTarget, readWorkspaceModels } from './workspace-models.ts';

/** For the whole answer; a list that takes longer is left out. */
const deadline_ms = 5 * second;
const maxBytes = 1_000_000;
const maxModels = 1000;

/**
 * Names of the models that a workspace's own server lists at `GET /models`; cached with its credential, for up
 * to 30 seconds. Empty for other providers, and where the server does not answer in that form.
 */
export async function servedModels(ctx: Ctx, provider: Provider): Promise<readonly string[]> {
  const models = await readWorkspaceModels(ctx);
  const isOwn =
    provider.price_id === null &&
    provider.transport === 'http' &&
    models.credentials.has(provider.id);
  if (!isOwn) return [];
  const known = models.served.get(provider.id);
  if (known !== undefined) return known;
  const names = await askServer(ctx, provider).catch((error: unknown) => {
    ctx.log.info('models_not_listed', {
      provider: provider.id,
      reason: error instanceof EgressError ? error.reason : 'unreadable',
    });
    return [];
  });
  models.served.set(provider.id, names);
  return names;
}

async function askServer(ctx: Ctx, provider: Provider): Promise<string[]> {
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
