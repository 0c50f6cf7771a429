import { batch } from '../db/client.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { newestKey, rewrap, seal } from '../platform/vault.ts';
import { hmac } from '../shared/digest.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import type { Page } from '../shared/page.ts';
import { toWireTimeOrNull } from '../shared/time.ts';
import {
  type CredentialRow,
  deleteCredential,
  putCredential,
  replaceSeal,
  selectCredential,
  selectCredentials,
  selectOldSeals,
} from './credential-store.ts';
import { findProvider, type Provider, providers } from './providers.ts';
import type { ProviderState, PutProvider } from './schema.ts';
import {
  checkProviderUrl,
  findAccess,
  forgetWorkspaceModels,
  placeOf,
} from './workspace-models.ts';

/** Every provider there is and whether this workspace can call it; one trip. */
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
 * The workspace's own access to a provider: a key, an address, or both. The key is sealed for this
 * workspace, provider and address. Throws `validation_failed` for a provider that takes neither, `url_not_allowed`, `unavailable` without encryption keys.
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
      `${provider.name} is part of the deployment: it takes no key and no address.`,
    );
  const base_url = given === null ? null : checkAddress(ctx, given);
  if (base_url === null && provider.default_base_url === null)
    throw invalid('/base_url', `base_url is required: ${provider.name} has no default address.`);
  const now = ctx.now();
  const place = { workspace_id: ctx.workspace_id, provider: id, base_url };
  const key =
    api_key === undefined
      ? { api_key: null, key_version: null, last_four: null, fingerprint: null }
      : await sealKey(ctx, place, api_key);
  const [rows] = await commit(ctx, {
    statements: [putCredential(ctx.db, { ...place, ...key, created_at: now, updated_at: now })],
    audit: [
      {
        action: 'provider.set',
        target_type: 'provider',
        target_id: id,
        detail: { base_url, last_four: key.last_four, has_new_key: api_key !== undefined },
      },
    ],
  });
  forgetWorkspaceModels(ctx.workspace_id);
  return toState(ctx, provider, rows[0]);
}

/** Throws `not_found` when the workspace has set nothing. */
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
  forgetWorkspaceModels(ctx.workspace_id);
}

function knownProvider(id: string): Provider {
  const provider = findProvider(id);
  if (provider === undefined) throw notFound('model provider');
  return provider;
}

/** One spelling for one address, so that it can be told whether it has changed. */
function checkAddress(ctx: Ctx, text: string): string {
  const url = checkProviderUrl(ctx, text);
  if (url.search !== '' || url.hash !== '')
    throw invalid('/base_url', 'An address has no query and no fragment.');
  return url.href.replace(/\/+$/, '');
}

async function sealKey(
  ctx: Ctx,
  at: Pick<CredentialRow, 'workspace_id' | 'provider' | 'base_url'>,
  api_key: string,
) {
  return {
    api_key: await seal(ctx.config, placeOf(at), api_key),
    key_version: newestKey(ctx.config),
    // Four characters of a short key would be most of it.
    last_four: api_key.length < 16 ? null : api_key.slice(-4),
    fingerprint: (
      await hmac(
        ctx.config.signing_secret,
        JSON.stringify(['provider key', ctx.workspace_id, api_key]),
      )
    ).slice(0, 12),
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

/** Keys a tick re-seals, and how many reads that takes. */
const rewrapLimit = 100;
const maxBatches = 20;

/**
 * Moves keys that are sealed under an old encryption key to the newest, without opening them; what one
 * tick does not reach the next does. A key that cannot be moved is logged and left. Returns how many were moved.
 */
export async function rewrapCredentials(ctx: Ctx): Promise<number> {
  if (ctx.config.encryption_keys.size === 0) return 0;
  const newest = newestKey(ctx.config);
  let after = { workspace_id: '', provider: '' };
  let moved = 0;
  for (let round = 0; round < maxBatches; round += 1) {
    const rows = await selectOldSeals(ctx.db, newest, after, rewrapLimit).all();
    const resealed = await Promise.all(
      rows.map(async (row) => ({ row, sealed: await tryRewrap(ctx, row) })),
    );
    const statements = resealed.flatMap(({ row, sealed }) =>
      sealed === null ? [] : [replaceSeal(ctx.db, row, sealed, newest)],
    );
    await batch(ctx.db, statements);
    moved += statements.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rewrapLimit) break;
    after = last;
  }
  if (moved > 0) ctx.log.info('credentials_rewrapped', { moved, key_version: newest });
  return moved;
}

async function tryRewrap(ctx: Ctx, row: CredentialRow): Promise<string | null> {
  try {
    return await rewrap(ctx.config, placeOf(row), row.api_key ?? '');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { workspace_id, provider, key_version } = row;
    ctx.log.error('credential_not_rewrapped', {
      workspace_id,
      provider,
      key_version,
      code: error.code,
      reason: error.message,
    });
    return null;
  }
}
