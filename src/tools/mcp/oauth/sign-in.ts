import { batch } from '../../../db/client.ts';
import { isUniqueViolation } from '../../../db/errors.ts';
import { actorId, type Ctx } from '../../../platform/context.ts';
import { putSecret } from '../../../secrets/index.ts';
import { sha256, toBase64Url } from '../../../shared/digest.ts';
import { Failure } from '../../../shared/failure.ts';
import { minute } from '../../../shared/time.ts';
import { ensureClient, type OAuthClient } from './client.ts';
import { toFault } from './fault.ts';
import { redirectUri } from './public-urls.ts';
import { openValue, type SignIn, sealValue } from './secrets.ts';
import {
  type AuthorizationRow,
  insertAuthorization,
  isUnderWay,
  putSignIn,
  type Server,
  selectAuthorization,
  selectClient,
} from './store.ts';

/** A page where a person allows the access. */
export interface SignInPage {
  readonly authorization_id: string;
  readonly url: string;
  readonly expires_at: number;
}

/** Time for a person to sign in. */
const validFor = 15 * minute;
/** A sign-in with less time left than this is replaced. */
const minLeft = 5 * minute;
const attempts = 3;

/**
 * Begins a sign-in, or returns the one under way, so that several runs show one link. `end_user_id` is empty for
 * the workspace; `origin` is that of the request, null in a run. Throws `AuthorizationFault`, and `unavailable`.
 */
export async function startSignIn(
  ctx: Ctx,
  server: Server,
  end_user_id: string,
  origin: string | null,
): Promise<SignInPage> {
  const former = await selectClient(ctx.db, server.workspace_id, server.id).get();
  const redirect_uri = redirectUri(ctx, origin, former?.row.redirect_uri ?? null);
  if (redirect_uri === null)
    throw new Failure(
      'unavailable',
      'The deployment does not know its own address. Set PUBLIC_HOSTS, or begin the sign-in with `POST /tools/mcp/{server}/authorizations`.',
    );
  const client = await ensureClient(ctx, server, redirect_uri);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const page = await begin(ctx, server, end_user_id, client);
    if (page !== null) return page;
  }
  throw new Failure('unavailable', 'Too many sign-ins began at once. Retry.', { retryAfter: 1 });
}

/** Returns null if another request has begun one in the meantime. */
async function begin(
  ctx: Ctx,
  server: Server,
  end_user_id: string,
  client: OAuthClient,
): Promise<SignInPage | null> {
  const { workspace_id, id: server_id } = server;
  const stored = await selectAuthorization(ctx.db, workspace_id, server_id, end_user_id).get();
  const now = ctx.now();
  if (stored !== undefined) {
    const page = await underWay(ctx, server, client, stored);
    if (page !== null) return page;
  }
  const state = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const started = await authorizationUrl(server, client, state);
  const changes = {
    state_digest: await sha256(state),
    sign_in_expires_at: now + validFor,
  };
  const row: AuthorizationRow =
    stored === undefined
      ? { ...newAuthorization(ctx, server, end_user_id), ...changes }
      : { ...stored.row, ...changes };
  const sealed = await sealValue(ctx, server, row.id, 'sign_in', started);
  try {
    await batch(ctx.db, [
      stored === undefined
        ? insertAuthorization(ctx.db, row)
        : putSignIn(ctx.db, stored.row, changes),
      putSecret(ctx.db, sealed, { when: isUnderWay(row.id, changes.state_digest) }),
    ]);
  } catch (error) {
    if (isUniqueViolation(error, 'mcp_authorizations.server_id', 'mcp_authorizations.end_user_id'))
      return null;
    throw error;
  }
  const current = await selectAuthorization(ctx.db, workspace_id, server_id, end_user_id).get();
  return current?.row.state_digest === changes.state_digest
    ? { authorization_id: row.id, url: started.url, expires_at: changes.sign_in_expires_at }
    : null;
}

/** An authorization that nobody has signed in for. */
export const newAuthorization = (
  ctx: Ctx,
  { workspace_id, id: server_id }: Server,
  end_user_id: string,
): AuthorizationRow => ({
  ...{ id: ctx.newId('mca'), workspace_id, server_id, end_user_id, status: 'pending' },
  ...{ issuer: null, client_id: null, scope: null, expires_at: null, is_renewable: false },
  ...{ error: null, generation: 0, renewing_until: null, authorized_at: null },
  ...{ state_digest: null, sign_in_expires_at: null, created_by: actorId(ctx.actor) },
  ...{ created_at: ctx.now(), updated_at: ctx.now() },
});

/** Returns the sign-in under way if it is of the same client and leaves enough time. */
async function underWay(
  ctx: Ctx,
  server: Server,
  { row: client }: OAuthClient,
  { row, sign_in }: { readonly row: AuthorizationRow; readonly sign_in: string | null },
): Promise<SignInPage | null> {
  const expires_at = row.sign_in_expires_at ?? 0;
  if (row.state_digest === null || expires_at < ctx.now() + minLeft) return null;
  const value = await openValue(ctx, server, row.id, 'sign_in', sign_in);
  const isSame =
    value?.client_id === client.client_id &&
    value.issuer === client.issuer &&
    value.redirect_uri === client.redirect_uri;
  return isSame ? { authorization_id: row.id, url: value.url, expires_at } : null;
}

async function authorizationUrl(
  { auth }: Server,
  { row, information }: OAuthClient,
  state: string,
): Promise<SignIn> {
  const { startAuthorization } = await import('./sdk.ts');
  const scope = ('scope' in auth ? auth.scope : null) ?? row.scope;
  const { authorizationUrl: url, codeVerifier: verifier } = await startAuthorization(row.issuer, {
    metadata: row.metadata as never,
    clientInformation: information,
    redirectUrl: row.redirect_uri,
    state,
    resource: row.resource,
    ...(scope === null ? {} : { scope }),
  }).catch(async (error: unknown) => {
    throw await toFault('The sign-in', error);
  });
  const { issuer, client_id, redirect_uri } = row;
  return { url: url.href, verifier, issuer, client_id, redirect_uri };
}
