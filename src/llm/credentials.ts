import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { lastFourOf, putSecret, removeUnlessBound, sealSecret } from '../secrets/index.ts';
import { hmac } from '../shared/digest.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import type { Page } from '../shared/page.ts';
import { toWireTimeOrNull } from '../shared/time.ts';
import {
  type CredentialRow,
  deleteCredential,
  keyOf,
  putCredential,
  selectCredential,
  selectCredentials,
} from './credential-store.ts';
import { findProvider, type Provider, providers } from './providers.ts';
import type { ProviderState, PutProvider } from './schema.ts';
import { checkProviderUrl, findAccess, invalidateWorkspaceModels } from './workspace-models.ts';

/** Lists all providers and whether this workspace can call them. One round trip. */
export async function listProviders(ctx: Ctx): Promise<Page<ProviderState>> {
  const rows = await selectCredentials(ctx.db, ctx.workspace_id).all();
  return {
    data: providers.map((provider) =>
      toState(
        ctx,
        provider,
        rows.find((row) => row.provider === provider.id),
      ),
    ),
    next_cursor: null,
  };
}

export async function getProvider(ctx: Ctx, id: string): Promise<ProviderState> {
  return toState(
    ctx,
    knownProvider(id),
    await selectCredential(ctx.db, ctx.workspace_id, id).get(),
  );
}

/**
 * Sets the workspace's own key, base URL, or both, of a provider. The key is sealed for this workspace,
 * provider and base URL. Throws `validation_failed` for a provider that is part of the deployment,
 * `url_not_allowed`, and `unavailable` without encryption keys.
 */
export async function setProvider(
  ctx: Ctx,
  id: string,
  { api_key, base_url: given }: PutProvider,
): Promise<ProviderState> {
  const provider = knownProvider(id);
  if (provider.transport !== 'http')
    throw new Failure(
      'validation_failed',
      `${provider.name} is part of the deployment. Its key and base URL cannot be set.`,
    );
  const base_url = given === null ? null : checkAddress(ctx, given);
  if (base_url === null && provider.default_base_url === null)
    throw invalid(
      '/base_url',
      `\`base_url\` is required: ${provider.name} has no default base URL.`,
    );
  const now = ctx.now();
  const row = {
    workspace_id: ctx.workspace_id,
    provider: id,
    base_url,
    created_at: now,
    updated_at: now,
  };
  const key =
    api_key === undefined
      ? { last_four: null, fingerprint: null }
      : await describeKey(ctx, api_key);
  const sealed = api_key === undefined ? null : await sealSecret(ctx, keyOf(row), api_key);
  const [, , rows] = await commit(ctx, {
    statements: [
      sealed === null
        ? removeUnlessBound(ctx.db, ctx.workspace_id, keyOf(row))
        : putSecret(ctx.db, sealed),
      putCredential(ctx.db, { ...row, ...key }),
      selectCredential(ctx.db, ctx.workspace_id, id),
    ],
    audit: [
      {
        action: 'provider.set',
        target_type: 'provider',
        target_id: id,
        detail: { base_url, last_four: key.last_four, has_new_key: api_key !== undefined },
      },
    ],
  });
  invalidateWorkspaceModels(ctx.workspace_id);
  return toState(ctx, provider, rows[0]);
}

/** Deletes the workspace's own key and base URL. Throws `not_found` when neither is set. */
export async function removeProvider(ctx: Ctx, id: string): Promise<void> {
  knownProvider(id);
  const row = await selectCredential(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('model provider');
  await commit(ctx, {
    statements: [deleteCredential(ctx.db, ctx.workspace_id, id)],
    audit: [
      {
        action: 'provider.remove',
        target_type: 'provider',
        target_id: id,
        detail: { base_url: row.base_url, last_four: row.last_four },
      },
    ],
  });
  invalidateWorkspaceModels(ctx.workspace_id);
}

function knownProvider(id: string): Provider {
  const provider = findProvider(id);
  if (provider === undefined) throw notFound('model provider');
  return provider;
}

/** Returns the normalized base URL, so that a change of it is detected. Throws `validation_failed` and `url_not_allowed`. */
function checkAddress(ctx: Ctx, text: string): string {
  const url = checkProviderUrl(ctx, text);
  if (url.search !== '' || url.hash !== '')
    throw invalid('/base_url', '`base_url` must not contain a query string or fragment.');
  return url.href.replace(/\/+$/, '');
}

/** Returns the parts of a key that are shown: its last four characters and a fingerprint. */
async function describeKey(ctx: Ctx, api_key: string) {
  const text = JSON.stringify(['provider key', ctx.workspace_id, api_key]);
  return {
    last_four: lastFourOf(api_key),
    fingerprint: (await hmac(ctx.config.signing_secret.current, text)).slice(0, 12),
  };
}

function toState(ctx: Ctx, provider: Provider, row: CredentialRow | undefined): ProviderState {
  const access = findAccess(ctx, provider, {
    credentials: new Map(row === undefined ? [] : [[provider.id, row]]),
  });
  return {
    id: provider.id,
    name: provider.name,
    usable: access !== null,
    key_source: access?.key_source ?? null,
    needs_key: provider.needs_key,
    configurable: provider.transport === 'http',
    base_url: row?.base_url ?? provider.default_base_url,
    api_key:
      row?.api_key == null
        ? null
        : { last_four: row.last_four, fingerprint: row.fingerprint ?? '' },
    updated_at: toWireTimeOrNull(row?.updated_at ?? null),
  };
}
