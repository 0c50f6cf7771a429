import { batch } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import { removeSecret } from '../../../secrets/index.ts';
import { second } from '../../../shared/time.ts';
import { forgetClient, type OAuthClient, readClient } from './client.ts';
import { AuthorizationFault, SignInRequired, toFault } from './fault.ts';
import { authorizationFetch } from './fetch.ts';
import { openValue, type Tokens, valueRef } from './secrets.ts';
import {
  type AuthorizationRow,
  claimRenewal,
  putTokens,
  releaseRenewal,
  type Server,
  selectAuthorization,
} from './store.ts';
import { type IssuedTokens, randomGeneration, storeTokens } from './store-tokens.ts';

/** Tokens are renewed this long before they expire, or in the last quarter of a short life. */
const maxMargin = 30 * second;
/** Longer than a request to an authorization server takes. */
const claimFor = 20 * second;
/** Milliseconds between two looks at a renewal that another request makes. */
const pause = 200;

/** An authorization with its tokens, as it is stored. */
interface Held {
  readonly row: AuthorizationRow;
  readonly tokens: Tokens;
  readonly client: OAuthClient;
}

/**
 * Returns an access token of the subject for the server: of one end user, or of the workspace if `end_user_id` is
 * empty. `refused` is a token that the server did not accept. A token is renewed by one request at a time, since its
 * refresh token may be valid once; the others wait for the result. Throws `SignInRequired`, and `AuthorizationFault`
 * while the authorization server cannot renew it.
 */
export async function accessToken(
  ctx: Ctx,
  server: Server,
  end_user_id: string,
  refused: string | null = null,
): Promise<string> {
  const until = ctx.now() + claimFor;
  for (;;) {
    const held = await hold(ctx, server, end_user_id);
    if (isUsable(ctx, held, refused)) return held.tokens.access_token;
    if (held.tokens.refresh_token === undefined) {
      await expire(ctx, held, 'The access token has expired, and cannot be renewed.');
      throw new SignInRequired('The sign-in has expired.');
    }
    const now = ctx.now();
    const [claimed] = await claimRenewal(ctx.db, held.row, now, now + claimFor);
    if (claimed !== undefined) return finish(ctx, renew(ctx, server, held, refused));
    if (ctx.now() > until)
      throw new AuthorizationFault('The access token is being renewed. Retry.');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Finishes the work also if nobody waits for it any longer. */
function finish<Result>(ctx: Ctx, work: Promise<Result>): Promise<Result> {
  ctx.defer(work.then(undefined, () => undefined));
  return work;
}

async function hold(ctx: Ctx, server: Server, end_user_id: string): Promise<Held> {
  const stored = await selectAuthorization(
    ctx.db,
    server.workspace_id,
    server.id,
    end_user_id,
  ).get();
  if (stored === undefined || stored.row.status === 'pending')
    throw new SignInRequired('Nobody has signed in.');
  if (stored.row.status === 'expired') throw new SignInRequired('The sign-in has expired.');
  const tokens = await openValue(ctx, server, stored.row.id, 'tokens', stored.tokens);
  const client = await readClient(ctx, server);
  const isSame =
    client?.row.issuer === stored.row.issuer && client?.row.client_id === stored.row.client_id;
  if (tokens === null || client === null || !isSame)
    throw new SignInRequired('The settings of the server have changed since the sign-in.');
  return { row: stored.row, tokens, client };
}

const isUsable = (ctx: Ctx, { row, tokens }: Held, refused: string | null): boolean =>
  tokens.access_token !== refused && !isExpiring(row, ctx.now());

/** `updated_at` is when the tokens were stored. */
export const isExpiring = (
  { expires_at, updated_at }: Pick<AuthorizationRow, 'expires_at' | 'updated_at'>,
  now: number,
): boolean =>
  expires_at !== null && expires_at <= now + Math.min(maxMargin, (expires_at - updated_at) / 4);

async function renew(
  ctx: Ctx,
  server: Server,
  held: Held,
  refused: string | null,
): Promise<string> {
  const { row, tokens, client } = held;
  let issued: IssuedTokens;
  try {
    issued = await requestRenewal(ctx, held);
    const isStored = await storeTokens(ctx, server, row, client, issued, row.generation);
    if (!isStored) return accessToken(ctx, server, row.end_user_id, refused);
  } catch (error) {
    if (!(error instanceof AuthorizationFault)) throw error;
    const { code, message } = error;
    if (code === 'invalid_grant' || code === 'invalid_client' || code === 'unauthorized_client') {
      await expire(ctx, held, message, code !== 'invalid_grant');
      throw new SignInRequired('The authorization server has ended the sign-in.');
    }
    await releaseRenewal(ctx.db, row, message);
    // It is valid for a while yet.
    if (tokens.access_token !== refused && (row.expires_at ?? 0) > ctx.now())
      return tokens.access_token;
    throw error;
  }
  return issued.access_token;
}

async function requestRenewal(ctx: Ctx, { tokens, client }: Held): Promise<IssuedTokens> {
  const { refreshAuthorization } = await import('./sdk.ts');
  const issued = await refreshAuthorization(client.row.issuer, {
    metadata: client.row.metadata as never,
    clientInformation: client.information,
    refreshToken: tokens.refresh_token ?? '',
    resource: client.row.resource,
    fetchFn: authorizationFetch(ctx),
  }).catch(async (error: unknown) => {
    throw await toFault('The renewal of the access token', error);
  });
  return { ...issued, refresh_token: issued.refresh_token || tokens.refresh_token };
}

/** Ends a sign-in that the authorization server accepts no longer, unless there is a new one. */
async function expire(
  ctx: Ctx,
  { row, client }: Held,
  error: string,
  isClientUnknown = false,
): Promise<void> {
  const changes = {
    ...{ status: 'expired' as const, is_renewable: false, error },
    ...{ generation: randomGeneration(), updated_at: ctx.now() },
  };
  const [expired] = await putTokens(ctx.db, row, row.generation, changes);
  if (expired === undefined) return;
  await batch(ctx.db, [
    removeSecret(ctx.db, row.workspace_id, valueRef(row.id, 'tokens')),
    ...(isClientUnknown ? forgetClient(ctx, client) : []),
  ]);
}
