import { isGuardViolation } from '../../db/errors.ts';
import type { VerificationKey } from '../../db/schema/token-issuers.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { makeKey } from '../api-keys/make-key.ts';
import { insertApiKey } from '../api-keys/store.ts';
import { invalidateIssuer } from '../credential-cache.ts';
import { selectAgentIds } from '../end-users/store.ts';
import { invalidateNamedIssuer } from './authenticate-issued.ts';
import { readKeySet } from './key-set.ts';
import {
  type CreateTokenIssuer,
  type TokenIssuer,
  toTokenIssuer,
  type UpdateTokenIssuer,
} from './schema.ts';
import {
  deleteTokenIssuer as deleteRows,
  insertTokenIssuer,
  maxIssuers,
  selectTokenIssuer,
  selectTokenIssuers,
  type TokenIssuerRow,
  updateIssuerKey,
  updateTokenIssuer as updateRow,
} from './store.ts';

async function findIssuer(ctx: Ctx, id: string): Promise<TokenIssuerRow> {
  const row = await selectTokenIssuer(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('token issuer');
  return row;
}

const auditOf = (action: string, id: string, detail: object) => ({
  action: `token_issuer.${action}`,
  target_type: 'token_issuer',
  target_id: id,
  detail: { ...detail },
});

/** Throws `not_found` for agents that the workspace does not have. */
async function checkAgents({ db, workspace_id }: Ctx, agent_ids: readonly string[]): Promise<void> {
  const found = await selectAgentIds(db, workspace_id, agent_ids).all();
  const known = new Set(found.map(({ id }) => id));
  if (!agent_ids.every((id) => known.has(id))) throw notFound('agent');
}

/** The columns of where the keys come from: an address, or the keys. */
function readKeys(
  ctx: Ctx,
  { jwks_url, jwks }: Pick<CreateTokenIssuer, 'jwks_url' | 'jwks'>,
): Pick<TokenIssuerRow, 'jwks_url' | 'keys'> {
  if ((jwks_url === null) === (jwks === null))
    throw invalid('/jwks_url', 'Either `jwks_url` or `jwks` is required.');
  if (jwks_url !== null)
    return { jwks_url: checkSecureUrl(ctx, jwks_url, 'Must be https.').href, keys: null };
  const keys: VerificationKey[] = readKeySet(jwks) ?? [];
  if (keys.length !== jwks?.keys.length)
    throw invalid(
      '/jwks/keys',
      'Must be public keys for RS256 (2048 bits or more), ES256 or EdDSA (Ed25519).',
    );
  return { jwks_url: null, keys };
}

const toBudget = (budget: CreateTokenIssuer['budget']) =>
  budget && { limit_nano_usd: fromUsd(budget.limit_usd), period: budget.period };

/** Throws `not_found` for unknown agents, `validation_failed`, `url_not_allowed` and `quota_exceeded`. */
export async function createTokenIssuer(ctx: Ctx, input: CreateTokenIssuer): Promise<TokenIssuer> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const { jwks: _, ...rest } = input;
  const row: TokenIssuerRow = {
    ...rest,
    ...readKeys(ctx, input),
    id: ctx.newId('tki'),
    workspace_id,
    budget: toBudget(input.budget),
    ...{ fetched_keys: null, fetched_at: null, fetch_error: null },
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  await checkAgents(ctx, row.agent_ids);
  // Nobody learns the secret of the key: end users act for it by their tokens.
  const { row: key } = await makeKey(ctx, workspace_id, {
    name: row.name,
    role: 'runtime',
    agent_ids: row.agent_ids,
    expires_at: null,
  });
  const reply = toTokenIssuer(row);
  const change = {
    statements: [
      insertApiKey(db, { ...key, id: row.id, revoked_at: row.enabled ? null : now }),
      insertTokenIssuer(db, row),
    ],
    audit: [auditOf('create', row.id, input)],
    reply,
  };
  try {
    await commit(ctx, change);
  } catch (error) {
    if (isGuardViolation(error, 'token_issuers.name'))
      throw new Failure('conflict', `A workspace can have at most ${maxIssuers} token issuers.`);
    throw error;
  }
  return reply;
}

export const listTokenIssuers = (ctx: Ctx, query: PageQuery): Promise<Page<TokenIssuer>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'token-issuers' },
    query,
    (after, limit) => selectTokenIssuers(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    toTokenIssuer,
  );

export const getTokenIssuer = async (ctx: Ctx, id: string): Promise<TokenIssuer> =>
  toTokenIssuer(await findIssuer(ctx, id));

/** Throws `not_found`, `validation_failed` and `url_not_allowed`. A new `jwks_url` replaces `jwks`, and the reverse. */
export async function updateTokenIssuer(
  ctx: Ctx,
  id: string,
  input: UpdateTokenIssuer,
): Promise<TokenIssuer> {
  const row = await findIssuer(ctx, id);
  const now = ctx.now();
  const { jwks, jwks_url, budget, ...rest } = input;
  if (input.agent_ids !== undefined) await checkAgents(ctx, input.agent_ids);
  const movesKeys = jwks !== undefined || jwks_url !== undefined;
  const source = movesKeys
    ? {
        ...readKeys(ctx, { jwks: jwks ?? null, jwks_url: jwks_url ?? null }),
        ...{ fetched_keys: null, fetched_at: null, fetch_error: null },
      }
    : {};
  const changes = {
    ...definedFields(rest),
    ...source,
    ...(budget === undefined ? {} : { budget: toBudget(budget) }),
    updated_at: now,
  };
  const { name, agent_ids, enabled } = { ...row, ...changes };
  const revoked_at = enabled ? null : now;
  const [[stored]] = await commit(ctx, {
    statements: [
      updateRow(ctx.db, ctx.workspace_id, id, changes),
      updateIssuerKey(ctx.db, ctx.workspace_id, id, { name, agent_ids, revoked_at }),
    ],
    audit: [auditOf('update', id, input)],
  });
  invalidate(id);
  if (stored === undefined) throw notFound('token issuer');
  return toTokenIssuer(stored);
}

/** Deletes an issuer: its tokens are refused at once here and within 30 seconds everywhere. */
export async function deleteTokenIssuer(ctx: Ctx, id: string): Promise<void> {
  const { name, issuer, audience } = await findIssuer(ctx, id);
  await commit(ctx, {
    statements: deleteRows(ctx.db, ctx.workspace_id, id, ctx.now()),
    audit: [auditOf('delete', id, { name, issuer, audience })],
  });
  invalidate(id);
}

function invalidate(id: string): void {
  invalidateIssuer(id);
  invalidateNamedIssuer(id);
}
