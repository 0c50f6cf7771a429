import { expect, it } from 'vitest';
import { OidcBrowser } from '../../support/oidc.ts';
import { Site } from '../../support/outbound.ts';
import { newAddress, origin } from '../../support/people.ts';

class Fixed extends Site {
  override readonly origin: string;

  constructor(host: string) {
    super();
    this.origin = `https://${host}`;
  }
}

const bindings = {
  SIGN_UP: 'open',
  OIDC_PROVIDERS: JSON.stringify([{ id: 'github', client_id: 'Iv1.0123456789' }]),
  OIDC_CLIENT_SECRETS: JSON.stringify({ github: 'secret-of-github' }),
};

/** Registers a person at GitHub and signs in; returns where it leads. */
async function signIn(browser: OidcBrowser, user: object, emails: object, token: object) {
  const [site, api] = [new Fixed('github.com'), new Fixed('api.github.com')];
  await site.answers('/login/oauth/access_token', { body: JSON.stringify(token) });
  await api.answers('/user', { body: JSON.stringify(user) });
  await api.answers('/user/emails', { body: JSON.stringify(emails) });
  const to = await browser.start('github');
  expect(to.origin + to.pathname).toBe('https://github.com/login/oauth/authorize');
  return browser.comeBack(to, 'code');
}

const token = { access_token: 'gho_access', token_type: 'bearer' };

it('signs in by GitHub with the primary address, where it is verified', async () => {
  const [primary, other] = [newAddress(), newAddress()];
  const emails = [
    { email: other, primary: false, verified: true },
    { email: primary, primary: true, verified: true },
  ];
  const id = Number.parseInt(crypto.randomUUID().slice(0, 8), 16) + 1;
  const user = { id, login: 'grace', name: null };
  const browser = new OidcBrowser(bindings);
  expect(await signIn(browser, user, emails, token)).toBe(`${origin}/account`);
  const me = await browser.me();
  expect(me).toMatchObject({ email: primary, name: 'grace' });
  const [call] = (await new Fixed('github.com').calls()).slice(-1);
  const fields = Object.fromEntries(new URLSearchParams(call?.body));
  expect(fields).toMatchObject({ client_secret: 'secret-of-github', code: 'code' });
  expect(fields.code_verifier).toMatch(/^[\w-]{43}$/);
  const [read] = (await new Fixed('api.github.com').calls()).slice(-1);
  expect(read?.headers).toMatchObject({
    authorization: 'Bearer gho_access',
    'user-agent': 'AgentGrid',
  });
  // The same person, by id, under another name and without an address.
  const later = new OidcBrowser(bindings);
  const renamed = { id, login: 'hopper', name: 'Grace' };
  expect(await signIn(later, renamed, [], token)).toBe(`${origin}/account`);
  expect((await later.me()).id).toBe(me.id);
});

it('refuses an address that is not verified, and a code that GitHub refuses with status 200', async () => {
  const user = { id: 7, login: 'ada', name: 'Ada' };
  const emails = [
    { email: newAddress(), primary: true, verified: false },
    { email: newAddress(), primary: false, verified: true },
  ];
  const end = (answer: object) => signIn(new OidcBrowser(bindings), user, emails, answer);
  expect(await end(token)).toBe(`${origin}/account?error=email_unverified`);
  const refusal = { error: 'bad_verification_code' };
  expect(await end(refusal)).toBe(`${origin}/account?error=provider_failed`);
});
