import { z } from 'zod';
import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { Email } from '../people/schema.ts';
import { callProvider, codeGrant } from './call.ts';
import type { Exchange } from './openid.ts';
import type { Profile } from './profile.ts';
import { providerFailed } from './refusal.ts';

const site = 'https://github.com/login/oauth';
const api = 'https://api.github.com';

export const githubAuthorization = `${site}/authorize`;
/** GitHub has no ID tokens: the profile and the addresses are read with the access token, which is then forgotten. */
export const githubScope = 'read:user user:email';

const Token = z.object({ access_token: z.string().min(1).max(2000) });
const User = z.object({
  id: z.number().int().positive(),
  login: z.string(),
  name: z.string().nullish(),
});
const Emails = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
);

/** Exchanges a code and returns the person with their primary address. */
export async function readGithubProfile(
  ctx: Ctx,
  { client_id, client_secret, issuer }: OidcProvider,
  { code, redirect_uri, handshake }: Exchange,
): Promise<Profile> {
  const body = codeGrant(code, redirect_uri, handshake.verifier);
  body.set('client_id', client_id);
  if (client_secret !== null) body.set('client_secret', client_secret);
  const headers = { accept: 'application/json' };
  // A refused code is answered with status 200.
  const answer = await callProvider(ctx, `${site}/access_token`, { method: 'POST', headers, body });
  const token = Token.safeParse(answer);
  if (!token.success) throw providerFailed('GitHub has refused the code');
  const authorized = {
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token.data.access_token}`,
      'user-agent': 'AgentGrid',
      'x-github-api-version': '2022-11-28',
    },
  };
  const [user, emails] = await Promise.all([
    callProvider(ctx, `${api}/user`, authorized),
    callProvider(ctx, `${api}/user/emails?per_page=100`, authorized),
  ]);
  const [person, list] = [User.safeParse(user), Emails.safeParse(emails)];
  if (!person.success || !list.success) throw providerFailed('GitHub has sent no profile');
  const primary = list.data.find((one) => one.primary && one.verified);
  const email = Email.safeParse(primary?.email);
  return {
    issuer,
    subject: String(person.data.id),
    email: email.success ? email.data : null,
    name: person.data.name ?? person.data.login,
    amr: [],
  };
}
