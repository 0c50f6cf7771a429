import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { type Claims, Issuer, OidcBrowser } from '../../support/oidc.ts';
import { newAddress, newMember, origin, signUp } from '../../support/people.ts';

const account = `${origin}/account`;
const refused = (reason: string) => `${account}?error=${reason}`;

async function open(bindings = {}, entry = {}) {
  const issuer = await new Issuer().open();
  const all = issuer.bindings({ SIGN_UP: 'open', ...bindings }, entry);
  return { issuer, bindings: all, browser: new OidcBrowser(all) };
}

const text = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

describe('signing in by an identity provider', () => {
  it('sends the browser there with PKCE, state and nonce, and creates the account of a verified address', async () => {
    const { issuer, browser } = await open();
    const to = await browser.start('acme', '/account?x=1#y');
    expect(to.origin + to.pathname).toBe(issuer.site.url('/authorize'));
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      tenant: '1',
      response_type: 'code',
      client_id: issuer.client_id,
      redirect_uri: `${origin}/auth/oidc/acme/callback`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
    });
    const email = newAddress();
    const code = await issuer.grant(to, { claims: { email: email.toUpperCase() } });
    expect(await browser.comeBack(to, code)).toBe(`${account}?x=1#y`);
    const me = await browser.me();
    expect(me).toMatchObject({ email, name: 'Grace Hopper', has_password: false, workspaces: [] });
    const sessions = await (await browser.get('/api/v1/me/sessions')).json<{
      data: { method: string }[];
    }>();
    expect(sessions.data.map(({ method }) => method)).toEqual(['acme']);
    const [token] = (await issuer.site.calls()).filter(({ method }) => method === 'POST');
    const fields = new URLSearchParams(token?.body);
    const verifier = new TextEncoder().encode(fields.get('code_verifier') ?? '');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', verifier));
    const challenge = btoa(String.fromCharCode(...digest));
    expect(challenge.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')).toBe(
      to.searchParams.get('code_challenge'),
    );
    expect(fields.get('redirect_uri')).toBe(to.searchParams.get('redirect_uri'));
    expect(atob(token?.headers.authorization?.replace('Basic ', '') ?? '')).toBe(
      `${issuer.client_id}:${encodeURIComponent(issuer.client_secret)}`,
    );
    expect([...browser.cookies.keys()]).toEqual(['__Host-agentgrid_session']);
  });

  it('finds the account by the id of the person there, also when the address has changed', async () => {
    const { issuer, browser, bindings } = await open();
    const claims = { sub: 'person-1', email: newAddress() };
    await browser.signIn(issuer, { claims });
    const { id } = await browser.me();
    const later = new OidcBrowser(bindings);
    const changed = { sub: 'person-1', email: newAddress(), email_verified: false };
    expect(await later.signIn(issuer, { claims: changed })).toBe(account);
    expect((await later.me()).id).toBe(id);
  });

  it('is listed by the methods of the deployment, without secrets', async () => {
    const { browser, issuer } = await open();
    const body = await (await browser.get('/api/v1/auth/methods')).text();
    expect(JSON.parse(body).providers).toEqual([{ id: 'acme', name: 'Acme' }]);
    expect(body).not.toContain(issuer.client_secret);
  });

  it('creates one account when the same person signs in twice in parallel', async () => {
    const { issuer, bindings } = await open();
    const claims = { sub: 'twice', email: newAddress() };
    const both = [new OidcBrowser(bindings), new OidcBrowser(bindings), new OidcBrowser(bindings)];
    const ends = await Promise.all(both.map((one) => one.signIn(issuer, { claims })));
    expect(ends).toEqual([account, account, account]);
    const ids = await Promise.all(both.map(async (one) => (await one.me()).id));
    expect(new Set(ids).size).toBe(1);
  });

  it('authenticates by the body where the provider supports nothing else, and without a secret by PKCE alone', async () => {
    const issuer = await new Issuer().open({
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    });
    for (const more of [{}, { OIDC_CLIENT_SECRETS: '' }]) {
      const browser = new OidcBrowser(issuer.bindings({ SIGN_UP: 'open', ...more }));
      expect(await browser.signIn(issuer)).toBe(account);
    }
    const calls = (await issuer.site.calls()).filter(({ method }) => method === 'POST');
    const secrets = calls.map(({ body }) => new URLSearchParams(body).get('client_secret'));
    expect(secrets).toEqual([issuer.client_secret, null]);
    expect(calls.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });
});

describe('the account of an address', () => {
  it('is linked when the address is verified, which the audit log of its workspaces records', async () => {
    const workspace = await newWorkspace();
    const { email, user_id, member_id } = await newMember(workspace, 'editor');
    const { issuer, browser } = await open();
    expect(await browser.signIn(issuer, { claims: { email } })).toBe(account);
    expect((await browser.me()).id).toBe(user_id);
    const { body } = await workspace.get('/audit-log?action_prefix=identity.');
    expect(body.data).toMatchObject([
      { action: 'identity.link', target_id: member_id, detail: { provider: 'acme' } },
    ]);
  });

  it.each<[string, Claims]>([
    ['is not verified', { email_verified: false }],
    ['is verified by a word only', { email_verified: 'no' }],
    ['is not said to be verified', { email_verified: undefined }],
    ['is missing', { email: undefined }],
    ['is malformed', { email: 'ada' }],
  ])('is not linked or created when it %s', async (_what, wrong) => {
    const { email } = await signUp();
    const { issuer, browser } = await open();
    const claims = { email, ...wrong };
    expect(await browser.signIn(issuer, { claims })).toBe(refused('email_unverified'));
    expect(await browser.me()).toBeNull();
  });

  it('is taken as verified for domains that the operator trusts the provider with, and no others', async () => {
    const { issuer, bindings } = await open({}, { trusted_email_domains: ['corp.example'] });
    const end = (email: string, verified?: boolean) =>
      new OidcBrowser(bindings).signIn(issuer, { claims: { email, email_verified: verified } });
    const id = crypto.randomUUID();
    expect(await end(`${id}@corp.example`)).toBe(account);
    expect(await end(`${id}-2@corp.example`, false)).toBe(refused('email_unverified'));
    expect(await end(`${id}@evil.corp.example`)).toBe(refused('email_unverified'));
  });

  it('is created on an invited deployment for invited addresses only', async () => {
    for (const SIGN_UP of ['invited', 'closed']) {
      const { issuer, bindings } = await open({ SIGN_UP });
      const email = newAddress();
      const end = () => new OidcBrowser(bindings).signIn(issuer, { claims: { email } });
      expect(await end()).toBe(refused('sign_up_closed'));
      const workspace = await newWorkspace();
      const { body } = await workspace.post('/invitations', { email, role: 'viewer' });
      await env.DB.prepare('update invitations set expires_at = 1 where id = ?')
        .bind(body.id)
        .run();
      expect(await end()).toBe(refused('sign_up_closed'));
      await workspace.post(`/invitations/${body.id}/resend`);
      expect(await end()).toBe(account);
    }
  });
});

describe('a response of a provider', () => {
  it('is refused in another browser, with another state, for another provider, and after its time (R12)', async () => {
    const { issuer, browser, bindings } = await open();
    const to = await browser.start();
    const code = await issuer.grant(to);
    expect(await new OidcBrowser(bindings).comeBack(to, code)).toBe(refused('sign_in_expired'));
    const other = new OidcBrowser(bindings);
    await other.start();
    expect(await other.comeBack(to, code)).toBe(refused('sign_in_expired'));
    const [name = '', value = ''] = [...browser.cookies][0] ?? [];
    const [random, expires, path] = value.split('.');
    const forged = `${random}.${Number(expires) + 1}.${path}`;
    for (const one of [forged, '', 'x', `${random}.${expires}.${text('//evil.example')}`]) {
      browser.cookies.set(name, one);
      expect(await browser.comeBack(to, code)).toBe(refused('sign_in_expired'));
    }
    const two = new OidcBrowser(bindings);
    const [first, second] = [await two.start(), await two.start()];
    expect(await two.comeBack(first, code)).toBe(refused('sign_in_expired'));
    expect(await two.comeBack(second, code)).toBe(refused('sign_in_expired'));
    const providers = JSON.parse(String(bindings.OIDC_PROVIDERS));
    const OIDC_PROVIDERS = JSON.stringify([...providers, { ...providers[0], id: 'other' }]);
    const mixed = new OidcBrowser({ ...bindings, OIDC_PROVIDERS });
    const start = await mixed.start();
    start.searchParams.set('redirect_uri', `${origin}/auth/oidc/other/callback`);
    expect(await mixed.comeBack(start, code)).toBe(refused('sign_in_expired'));
    expect(
      await issuer.site.calls().then((calls) => calls.filter((c) => c.method === 'POST')),
    ).toEqual([]);
  });

  it('works once: the cookie ends with it, and the provider refuses the code (R12)', async () => {
    const { issuer, browser, bindings } = await open();
    const to = await browser.start();
    const cookies = new Map(browser.cookies);
    const code = await issuer.grant(to);
    expect(await browser.comeBack(to, code)).toBe(account);
    await issuer.use(code);
    expect(await browser.comeBack(to, code)).toBe(refused('sign_in_expired'));
    const replayed = new OidcBrowser(bindings);
    for (const [name, value] of cookies) replayed.cookies.set(name, value);
    expect(await replayed.comeBack(to, code)).toBe(refused('provider_failed'));
    expect(await replayed.me()).toBeNull();
  });

  it('without a code is a refusal, and its text goes nowhere', async () => {
    const { browser } = await open();
    const to = await browser.start();
    const state = to.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', state });
    const response = await browser.get(`/auth/oidc/acme/callback?${query}`);
    expect(response.headers.get('location')).toBe(refused('sign_in_denied'));
    expect(browser.cookies.size).toBe(0);
  });

  it('names its issuer where the provider says that it does', async () => {
    const issuer = await new Issuer().open({
      authorization_response_iss_parameter_supported: true,
    });
    const end = async (more: Record<string, string>) => {
      const browser = new OidcBrowser(issuer.bindings({ SIGN_UP: 'open' }));
      const to = await browser.start();
      return browser.comeBack(to, await issuer.grant(to), more);
    };
    expect(await end({ iss: issuer.issuer })).toBe(account);
    expect(await end({})).toBe(refused('provider_failed'));
    expect(await end({ iss: 'https://evil.example' })).toBe(refused('provider_failed'));
  });
});

describe('an ID token', () => {
  const past = () => Math.floor(Date.now() / 1000) - 10;
  it.each<[string, Claims]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'another' }],
    ['for several clients without naming this one', { aud: ['another', 'third'] }],
    ['authorized for another client', { azp: 'another' }],
    ['of another sign-in', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['that has expired', { exp: past() }],
    ['without an end', { exp: undefined }],
    ['of the future', { nbf: past() + 3600 }],
    ['without a person', { sub: '' }],
  ])('%s is refused', async (_what, claims) => {
    const { issuer, browser } = await open();
    expect(await browser.signIn(issuer, { claims })).toBe(refused('provider_failed'));
    expect(await browser.me()).toBeNull();
  });

  it.each<[string, (issuer: Issuer, claims: Claims) => Promise<string> | string]>([
    ['without a signature', (_, claims) => `${text({ alg: 'none', typ: 'JWT' })}.${text(claims)}.`],
    [
      'with the algorithm none and a kid',
      ({ key }, claims) => `${text({ alg: 'none', kid: key.kid })}.${text(claims)}.`,
    ],
    [
      'signed by the public key as a secret',
      async ({ key }, claims) => {
        const { sign } = await import('hono/jwt');
        const made = await sign(claims, JSON.stringify(key.public), 'HS256');
        return [text({ alg: 'HS256', typ: 'JWT', kid: key.kid }), ...made.split('.').slice(1)].join(
          '.',
        );
      },
    ],
    [
      'with a changed claim',
      async (issuer, claims) => {
        const [head, , mac] = (await issuer.sign(claims)).split('.');
        return [head, text({ ...claims, sub: 'somebody else' }), mac].join('.');
      },
    ],
    ['that is no token', () => 'x'],
  ])('%s is refused', async (_what, forge) => {
    const { issuer, browser } = await open();
    const end = await browser.signIn(issuer, { forge: (claims) => forge(issuer, claims) });
    expect(end).toBe(refused('provider_failed'));
    expect(await browser.me()).toBeNull();
  });

  it('signed by a new key is accepted at once, and by a former one no longer', async () => {
    const { issuer, bindings } = await open();
    const former = { ...issuer.key };
    expect(await new OidcBrowser(bindings).signIn(issuer)).toBe(account);
    await issuer.rotate();
    expect(await new OidcBrowser(bindings).signIn(issuer)).toBe(account);
    const forge = async (claims: Claims) => {
      const { sign } = await import('hono/jwt');
      const key = { ...former.private, kid: former.kid, alg: 'ES256' };
      return sign(claims, key as Parameters<typeof sign>[1], 'ES256');
    };
    const end = await new OidcBrowser(bindings).signIn(issuer, { forge });
    expect(end).toBe(refused('provider_failed'));
  });
});

describe('the start of a sign-in', () => {
  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
    '/\u00e4',
  ])('leads to paths of this deployment only: %j', async (next) => {
    const { browser } = await open();
    expect((await browser.start('acme', next)).href).toBe(refused('invalid_next'));
    expect(browser.cookies.size).toBe(0);
  });

  it('is refused for unknown providers, broken metadata and addresses inside the network', async () => {
    const { browser } = await open();
    for (const id of ['other', '__proto__', 'constructor'])
      expect((await browser.start(id)).href).toBe(refused('unknown_provider'));
    for (const metadata of [
      { issuer: 'https://evil.example' },
      { token_endpoint: undefined },
      { authorization_endpoint: 'javascript:alert(1)' },
      { authorization_endpoint: 'https://127.0.0.1/' },
    ]) {
      const issuer = await new Issuer().open(metadata);
      const start = await new OidcBrowser(issuer.bindings()).start();
      expect(start.href).toBe(refused('provider_failed'));
    }
  });

  it('needs https or localhost, since its cookie does', async () => {
    const { browser } = await open();
    const response = await browser.get('http://agentgrid.test/auth/oidc/acme');
    expect(response.headers.get('location')).toContain('/account?error=insecure');
    const local = await browser.get('http://localhost/auth/oidc/acme');
    expect(local.headers.get('set-cookie')).toMatch(/^agentgrid_sign_in=.*HttpOnly; SameSite=Lax/);
  });

  it('is limited by IP address, as a request to the provider is part of it (R11)', async () => {
    const { browser, issuer } = await open();
    const from = { 'cf-connecting-ip': '2001:db8:77:1::1' };
    for (let index = 0; index < 30; index += 1)
      expect((await browser.start('acme', '/', from)).origin).toBe(issuer.issuer);
    expect((await browser.start('acme', '/', from)).href).toBe(refused('rate_limited'));
    expect((await browser.start('acme')).origin).toBe(issuer.issuer);
  });
});
