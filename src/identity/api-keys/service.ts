import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { second } from '../../shared/time.ts';
import { isCoveredBy } from '../access.ts';
import { credentialActor } from '../caller/service.ts';
import { invalidateKey } from '../credential-cache.ts';
import { makeKey } from './make-key.ts';
import {
  type ApiKey,
  type CreateApiKey,
  type NewApiKey,
  type RotateApiKey,
  toApiKey,
  type UpdateApiKey,
} from './schema.ts';
import {
  type ApiKeyRow,
  insertApiKey,
  replaceApiKey,
  selectApiKey,
  selectApiKeys,
  updateApiKey as updateApiKeyRow,
} from './store.ts';
import { inheritBudgets, inheritRateLimits } from './successor-store.ts';

export async function createApiKey(ctx: Ctx, input: CreateApiKey): Promise<NewApiKey> {
  const expires_at = input.expires_at === null ? null : Date.parse(input.expires_at);
  if (expires_at !== null && expires_at <= ctx.now())
    throw invalid('/expires_at', 'Must be in the future.');
  refuseWider(ctx, { ...input, expires_at });
  const { row, secret } = await makeKey(ctx, ctx.workspace_id, { ...input, expires_at });
  const reply = { ...toApiKey(row, ctx.now()), secret };
  try {
    await commit(ctx, {
      statements: [insertApiKey(ctx.db, row)],
      audit: [
        {
          action: 'api_key.create',
          target_type: 'api_key',
          target_id: row.id,
          detail: { ...input },
        },
      ],
      reply,
    });
  } catch (error) {
    throw isGuardViolation(error, 'api_keys.name') ? notFound('agent') : error;
  }
  return reply;
}

export const listApiKeys = (ctx: Ctx, query: PageQuery): Promise<Page<ApiKey>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'api-keys' },
    query,
    (after, limit) => selectApiKeys(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    (row) => toApiKey(row, ctx.now()),
  );

export const getApiKey = async (ctx: Ctx, id: string): Promise<ApiKey> =>
  toApiKey(await findApiKey(ctx, id), ctx.now());

export async function updateApiKey(ctx: Ctx, id: string, input: UpdateApiKey): Promise<ApiKey> {
  const row = await findApiKey(ctx, id);
  const { expires_at: expires, ...rest } = input;
  const changes = {
    ...definedFields(rest),
    ...(expires === undefined ? {} : { expires_at: expires === null ? null : Date.parse(expires) }),
  };
  refuseWider(ctx, { ...row, ...changes });
  if (Object.keys(changes).length === 0) return toApiKey(row, ctx.now());
  return toApiKey(await changeKey(ctx, row, changes, 'api_key.update'), ctx.now());
}

export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  const row = await findApiKey(ctx, id);
  refuseWider(ctx, row);
  if (row.revoked_at !== null) return;
  await changeKey(ctx, row, { revoked_at: ctx.now() }, 'api_key.revoke');
}

/** Creates a successor of a key; the old key stays valid for the grace period. */
export async function rotateApiKey(ctx: Ctx, id: string, input: RotateApiKey): Promise<NewApiKey> {
  const old = await findApiKey(ctx, id);
  refuseWider(ctx, old);
  const now = ctx.now();
  const { row, secret } = await makeKey(ctx, ctx.workspace_id, old);
  const reply = { ...toApiKey(row, now), secret };
  try {
    await commit(ctx, {
      statements: [
        // First: the replaced key no longer counts towards the quota when the new one is inserted.
        replaceApiKey(ctx.db, ctx.workspace_id, id, row.id, now + input.grace_s * second),
        insertApiKey(ctx.db, row),
        inheritRateLimits(ctx.db, ctx.workspace_id, id, row.id),
        ...inheritBudgets(ctx.db, ctx.workspace_id, id, row.id),
      ],
      audit: [
        {
          action: 'api_key.rotate',
          target_type: 'api_key',
          target_id: id,
          detail: { rotated_to: row.id, ...input },
        },
      ],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'api_keys.role')) throw error;
    throw new Failure('conflict', 'The key is revoked or has been rotated.');
  }
  invalidateKey(old.hash);
  return reply;
}

async function findApiKey(ctx: Ctx, id: string): Promise<ApiKeyRow> {
  const row = await selectApiKey(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('API key');
  return row;
}

async function changeKey(
  ctx: Ctx,
  row: ApiKeyRow,
  changes: Partial<ApiKeyRow>,
  action: string,
): Promise<ApiKeyRow> {
  try {
    const [[changed]] = await commit(ctx, {
      statements: [updateApiKeyRow(ctx.db, ctx.workspace_id, row.id, changes, ctx.now())],
      audit: [
        {
          action,
          target_type: 'api_key',
          target_id: row.id,
          detail: { ...changes },
          changed: { before: row, after: changes },
        },
      ],
    });
    invalidateKey(row.hash);
    if (changed === undefined) throw notFound('API key');
    return changed;
  } catch (error) {
    if (isGuardViolation(error, 'api_keys.name')) throw notFound('agent');
    if (!isGuardViolation(error, 'api_keys.role')) throw error;
    throw new Failure(
      'last_admin_key',
      'The key is revoked, or it is the last admin key, which cannot be revoked or demoted. Create another admin key first.',
    );
  }
}

/** Throws `forbidden` when a key would create or change one that holds more permissions, sees more agents or lives longer. */
function refuseWider(ctx: Ctx, key: Pick<ApiKeyRow, 'role' | 'agent_ids' | 'expires_at'>): void {
  if (!isCoveredBy(key, credentialActor(ctx))) {
    throw new Failure(
      'forbidden',
      'A key cannot create or change a key with more access than its own.',
    );
  }
}
