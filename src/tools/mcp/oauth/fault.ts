import { EgressError } from '../../../platform/egress.ts';
import { Failure } from '../../../shared/failure.ts';

/** Nobody has signed in, or the sign-in is not valid any longer. */
export class SignInRequired extends Error {
  override readonly name = 'SignInRequired';
}

/** An authorization server failed or refused a request. The message holds nothing of its response. */
export class AuthorizationFault extends Error {
  override readonly name = 'AuthorizationFault';
  /** The error code of OAuth; null for a server that could not be used. */
  readonly code: string | null;

  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

/** Codes of RFC 6749, 7009, 7591, 8707 and OpenID Connect. Others are not shown: their text is that of a third party. */
const meanings: Readonly<Record<string, string>> = {
  access_denied: 'The person, or the authorization server, has refused it.',
  account_selection_required: 'The authorization server asks for another account.',
  consent_required: 'The authorization server asks for consent first.',
  interaction_required: 'The authorization server asks for an interaction first.',
  invalid_client: 'The authorization server does not know the client, or refuses its secret.',
  invalid_client_metadata: 'The authorization server refuses the metadata of the client.',
  invalid_grant: 'The code or token has expired, was revoked, or was used before.',
  invalid_redirect_uri: 'The authorization server refuses the redirect URI.',
  invalid_request: 'The authorization server considers the request invalid.',
  invalid_scope: 'The authorization server does not know the scope, or does not grant it.',
  invalid_target: 'The authorization server does not issue tokens for this MCP server.',
  login_required: 'The authorization server asks for a login first.',
  server_error: 'The authorization server failed.',
  temporarily_unavailable: 'The authorization server is temporarily unavailable.',
  too_many_requests: 'The authorization server received too many requests.',
  unauthorized_client: 'The client may not use this kind of grant.',
  unsupported_grant_type: 'The authorization server does not support this kind of grant.',
  unsupported_response_type: 'The authorization server does not support authorization codes.',
};

/** Returns an OAuth error code with its meaning. */
export function describeCode(code: string): { readonly code: string; readonly detail: string } {
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined;
  return meaning === undefined
    ? { code: 'unknown', detail: 'The authorization server returned an unknown error.' }
    : { code, detail: `${meaning} (\`${code}\`)` };
}

/** Returns the fault of a request to an authorization server. `step` names the request. */
export async function toFault(step: string, error: unknown): Promise<Error> {
  if (error instanceof AuthorizationFault || error instanceof Failure) return error;
  if (error instanceof EgressError)
    return new AuthorizationFault(`${step} failed (${error.reason}): ${error.message}`);
  const { OAuthError, IssuerMismatchError, RegistrationRejectedError } = await import('./sdk.ts');
  if (error instanceof IssuerMismatchError)
    return new AuthorizationFault(
      `${step} failed: the issuer is not that of the authorization server.`,
    );
  if (error instanceof RegistrationRejectedError)
    return new AuthorizationFault(
      `${step} failed: the authorization server does not register clients (HTTP ${error.status}). Register one there and set \`client_id\`.`,
    );
  if (error instanceof OAuthError) {
    const { code, detail } = describeCode(error.code);
    return new AuthorizationFault(`${step} failed: ${detail}`, code);
  }
  return new AuthorizationFault(
    `${step} failed: the response is not valid, or says that it is not supported.`,
  );
}
