import type { Ctx } from '../../../platform/context.ts';
import { openSecret, type SecretRef, sealSecret } from '../../../secrets/index.ts';
import { Failure } from '../../../shared/failure.ts';
import type { Server } from './store.ts';

/** The tokens of an authorization, which are sent to the server they are sealed for. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
}

/** A sign-in under way, with everything that its completion must not take from elsewhere. */
export interface SignIn {
  readonly url: string;
  readonly verifier: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly redirect_uri: string;
}

interface Values {
  readonly tokens: Tokens;
  readonly sign_in: SignIn;
}

const refOf = (id: string, field: keyof Values, { url }: Server): SecretRef => ({
  owner_type: 'mcp_authorization',
  owner_id: id,
  field,
  bound_to: url,
});

export const sealValue = <Field extends keyof Values>(
  ctx: Ctx,
  server: Server,
  id: string,
  field: Field,
  value: Values[Field],
) => sealSecret(ctx, refOf(id, field, server), JSON.stringify(value));

export const valueRef = (id: string, field: keyof Values) => ({
  owner_type: 'mcp_authorization' as const,
  owner_id: id,
  field,
});

/** Returns null for a value of another URL: the server has moved since. Throws `unavailable`. */
export async function openValue<Field extends keyof Values>(
  ctx: Ctx,
  server: Server,
  id: string,
  field: Field,
  sealed: string | null,
): Promise<Values[Field] | null> {
  if (sealed === null) return null;
  try {
    return JSON.parse(await openSecret(ctx, refOf(id, field, server), sealed)) as Values[Field];
  } catch (error) {
    if (error instanceof Failure && error.code === 'credential_unusable') return null;
    throw error;
  }
}

/** A secret that an authorization server has issued to the deployment as its client. */
export const clientSecret = (server: Server, issuer: string): SecretRef => ({
  owner_type: 'mcp_oauth_client',
  owner_id: server.id,
  field: 'secret',
  bound_to: issuer,
});
