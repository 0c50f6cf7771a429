import { batch } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import { removeSecret } from '../../../secrets/index.ts';
import { sha256 } from '../../../shared/digest.ts';
import { type OAuthClient, readClient } from './client.ts';
import { AuthorizationFault, describeCode, toFault } from './fault.ts';
import { authorizationFetch } from './fetch.ts';
import { openValue, type SignIn, valueRef } from './secrets.ts';
import {
  type AuthorizationRow,
  type Server,
  selectAuthorization,
  selectServer,
  setError,
  takeSignIn,
} from './store.ts';
import { storeTokens } from './store-tokens.ts';

/** How a sign-in ended, for the person who has come back from the authorization server. */
export type SignInResult =
  | { readonly type: 'signed_in'; readonly server: string }
  | {
      readonly type: 'failed';
      readonly server: string;
      readonly code: string | null;
      readonly detail: string;
    }
  /** The `state` is that of no sign-in under way. */
  | { readonly type: 'unknown' };

const statePattern = /^[\w-]{43}$/;
const maxCode = 4096;

/**
 * Completes a sign-in with the parameters of the redirect. The `state` is the proof: it is random, known to the
 * link only, and accepted once.
 */
export async function finishSignIn(given: Ctx, params: URLSearchParams): Promise<SignInResult> {
  const [state = '', ...more] = params.getAll('state');
  if (more.length > 0 || !statePattern.test(state)) return { type: 'unknown' };
  const row = await takeSignIn(given.db, await sha256(state), given.now()).get();
  if (row === undefined) return { type: 'unknown' };
  const ctx: Ctx = {
    ...given,
    workspace_id: row.workspace_id,
    actor: { type: 'system', name: 'mcp_sign_in' },
  };
  const server = await selectServer(ctx.db, row.workspace_id, row.server_id).get();
  if (server === undefined) return { type: 'unknown' };
  try {
    await complete(ctx, server, row, params);
    return { type: 'signed_in', server: server.name };
  } catch (error) {
    if (!(error instanceof AuthorizationFault)) throw error;
    const { code, message: detail } = error;
    ctx.log.warn('mcp_sign_in_failed', {
      workspace_id: row.workspace_id,
      authorization_id: row.id,
      code,
      detail,
    });
    await batch(ctx.db, [
      setError(ctx.db, row, detail),
      removeSecret(ctx.db, row.workspace_id, valueRef(row.id, 'sign_in')),
    ]);
    return { type: 'failed', server: server.name, code, detail };
  }
}

async function complete(
  ctx: Ctx,
  server: Server,
  row: AuthorizationRow,
  params: URLSearchParams,
): Promise<void> {
  const { workspace_id, server_id, end_user_id } = row;
  const stored = await selectAuthorization(ctx.db, workspace_id, server_id, end_user_id).get();
  const started = await openValue(ctx, server, row.id, 'sign_in', stored?.sign_in ?? null);
  const client = await readClient(ctx, server);
  const isOAuth = server.auth.type === 'oauth';
  if (
    !isOAuth ||
    stored === undefined ||
    started === null ||
    client === null ||
    !isOf(started, client)
  )
    throw new AuthorizationFault('The settings of the server have changed since. Sign in again.');
  const { code, iss } = await readRedirect(client, params);
  const { exchangeAuthorization } = await import('./sdk.ts');
  const tokens = await exchangeAuthorization(client.row.issuer, {
    metadata: client.row.metadata as never,
    clientInformation: client.information,
    authorizationCode: code,
    codeVerifier: started.verifier,
    redirectUri: started.redirect_uri,
    resource: client.row.resource,
    ...(iss === undefined ? {} : { iss }),
    fetchFn: authorizationFetch(ctx),
  }).catch(async (error: unknown) => {
    throw await toFault('The exchange of the code', error);
  });
  // An authorization server that leaves out the scope has granted the requested one (RFC 6749, 5.1).
  const requested = new URL(started.url).searchParams.get('scope') ?? undefined;
  const issued = { ...tokens, scope: tokens.scope ?? requested };
  const isStored = await storeTokens(ctx, server, stored.row, client, issued, null, {
    audit: [
      {
        action: 'mcp_authorization.sign_in',
        target_type: 'mcp_authorization',
        target_id: row.id,
        detail: { server_id, end_user_id: end_user_id === '' ? null : end_user_id },
      },
    ],
    statements: [removeSecret(ctx.db, workspace_id, valueRef(row.id, 'sign_in'))],
  });
  if (!isStored) throw new AuthorizationFault('The authorization was deleted in the meantime.');
}

/** The code and its verifier go to the authorization server that the person was sent to, and no other. */
const isOf = ({ issuer, client_id, redirect_uri }: SignIn, { row }: OAuthClient): boolean =>
  row.issuer === issuer && row.client_id === client_id && row.redirect_uri === redirect_uri;

/** Checks the issuer first (RFC 9207): until then the other parameters may be those of another server. */
async function readRedirect({ row: { metadata } }: OAuthClient, params: URLSearchParams) {
  const { validateAuthorizationResponseIssuer } = await import('./sdk.ts');
  const iss = single(params, 'iss');
  try {
    validateAuthorizationResponseIssuer({
      iss,
      expectedIssuer: metadata.issuer,
      issParameterSupported: metadata.authorization_response_iss_parameter_supported === true,
    });
  } catch (error) {
    throw await toFault('The sign-in', error);
  }
  const error = single(params, 'error');
  if (error !== undefined) {
    const { code, detail } = describeCode(error);
    throw new AuthorizationFault(`The sign-in failed: ${detail}`, code);
  }
  const code = single(params, 'code');
  if (code === undefined || code === '' || code.length > maxCode)
    throw new AuthorizationFault('The sign-in failed: the authorization server returned no code.');
  return { code, iss };
}

/** Parameters must not be repeated (RFC 6749, 3.1). */
function single(params: URLSearchParams, name: string): string | undefined {
  const [value, ...more] = params.getAll(name);
  if (more.length > 0)
    throw new AuthorizationFault(`The sign-in failed: the parameter \`${name}\` is repeated.`);
  return value;
}
