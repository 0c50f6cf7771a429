import type { Statement } from '../../../db/client.ts';
import { type AuditEntry, commitIdempotent } from '../../../platform/commit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { putSecret } from '../../../secrets/index.ts';
import { day, second } from '../../../shared/time.ts';
import type { OAuthClient } from './client.ts';
import { AuthorizationFault } from './fault.ts';
import { sealValue } from './secrets.ts';
import {
  type AuthorizationRow,
  isOfGeneration,
  putTokens,
  type Server,
  selectAuthorizationById,
} from './store.ts';

/** Tokens as an authorization server returns them. */
export interface IssuedTokens {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
  readonly expires_in?: number | undefined;
  readonly scope?: string | undefined;
  readonly token_type?: string | undefined;
}

const maxToken = 32_000;
const maxScope = 2000;

/**
 * Stores new tokens: with `former`, only in place of the tokens of that generation. Returns false if the authorization
 * has others by now, or was deleted: the new ones are then not stored. Throws `AuthorizationFault` for tokens that cannot be used.
 */
export async function storeTokens(
  ctx: Ctx,
  server: Server,
  row: AuthorizationRow,
  client: OAuthClient,
  issued: IssuedTokens,
  former: number | null,
  change: {
    readonly audit?: readonly AuditEntry[];
    readonly statements?: readonly Statement[];
  } = {},
): Promise<boolean> {
  checkTokens(issued);
  const { access_token, refresh_token, scope } = issued;
  const now = ctx.now();
  const tokens = { access_token, ...(isGiven(refresh_token) ? { refresh_token } : {}) };
  const sealed = await sealValue(ctx, server, row.id, 'tokens', tokens);
  const generation = randomGeneration();
  const changes = {
    ...{ status: 'active' as const, issuer: client.row.issuer, client_id: client.row.client_id },
    ...{ is_renewable: isGiven(refresh_token), error: null },
    scope: (scope ?? (former === null ? null : row.scope))?.slice(0, maxScope) ?? null,
    expires_at: expiryOf(issued, now),
    authorized_at: former === null ? now : row.authorized_at,
    generation,
    updated_at: now,
  };
  const statements = [
    putTokens(ctx.db, row, former, changes),
    putSecret(ctx.db, sealed, { when: isOfGeneration(row.id, generation) }),
    ...(change.statements ?? []),
  ];
  const results = await commitIdempotent(
    ctx,
    { statements, audit: change.audit ?? [] },
    async () => {
      const { workspace_id, server_id, id } = row;
      const stored = await selectAuthorizationById(ctx.db, workspace_id, server_id, id).get();
      return stored?.row.generation === generation;
    },
  );
  return results === null || (results[0] as readonly unknown[]).length > 0;
}

/** An integer that D1 returns exactly. */
export const randomGeneration = (): number =>
  crypto
    .getRandomValues(new Uint32Array(2))
    .reduce((sum, word) => sum * 2 ** 20 + (word >>> 12), 0);

function checkTokens({
  access_token,
  refresh_token = '',
  token_type = 'bearer',
}: IssuedTokens): void {
  if (token_type.toLowerCase() !== 'bearer')
    throw new AuthorizationFault(
      'The authorization server issued a token that is not a bearer token.',
    );
  if (!isToken(access_token) || (refresh_token !== '' && !isToken(refresh_token)))
    throw new AuthorizationFault(
      'The authorization server issued a token that cannot be sent in a header.',
    );
}

const isGiven = (token: string | undefined): token is string => token !== undefined && token !== '';

const isToken = (token: string): boolean =>
  token.length > 0 && token.length <= maxToken && /^[\x21-\x7e]+$/.test(token);

const maxLife = 3650 * day;

/** Null for tokens without a lifetime, which are used until they are refused. */
function expiryOf({ expires_in }: IssuedTokens, now: number): number | null {
  if (expires_in === undefined || !Number.isFinite(expires_in) || expires_in <= 0) return null;
  return now + Math.min(Math.floor(expires_in) * second, maxLife);
}
