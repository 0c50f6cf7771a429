import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newHandshake, readHandshake } from '../../src/identity/oidc/handshake.ts';
import { readConfig } from '../../src/platform/config.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, request, rootKey } from '../support/api.ts';
import { Authenticator } from '../support/authenticator.ts';
import { newChat } from '../support/chat.ts';
import { Issuer, OidcBrowser } from '../support/oidc.ts';
import {
  passkeyCookie,
  registrationOptions,
  signUpWithPasskey,
  start,
} from '../support/passkeys.ts';
import {
  addTwoFactor,
  cookieName,
  invitationToken,
  newAddress,
  signUp,
} from '../support/people.ts';
import { mailTo, newShareLink } from '../support/share-links.ts';
import { requestWith } from '../support/worker.ts';

const current = 'the-new-root-key-of-the-tests-0123';
const rotating = { ROOT_KEY: current, ROOT_KEY_PREVIOUS: rootKey };
const rotated = { ROOT_KEY: current, ROOT_KEY_PREVIOUS: '' };
const configOf = (bindings: object) => readConfig({ ...env, ...bindings } as Env);

describe('while the root key is replaced', () => {
  it('links in mail that was sent before still work', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.post('/invitations', { email: newAddress(), role: 'viewer' });
    const json = { token: await invitationToken(body.id) };
    const preview = async (bindings: object) =>
      (await requestWith(bindings, 'POST', '/api/v1/auth/invitations/preview', '', { json }))
        .status;
    expect([await preview({}), await preview(rotating), await preview(rotated)]).toEqual([
      200, 200, 400,
    ]);
  });

  it('codes of share links that were sent before are accepted', async () => {
    const email = newAddress();
    const shared = await newShareLink({ access: 'verified', allowed_addresses: [email] });
    const { address } = shared;
    const path = `/api/v1/shared/${address}`;
    const newCode = async () => {
      const text = await mailTo(email, () =>
        request('POST', `${path}/codes`, null, { json: { email } }),
      );
      await env.DB.prepare('update share_codes set sent_at = 0 where link_id = ?')
        .bind(shared.link)
        .run();
      return /: (\d{8})\n/.exec(text)?.[1] ?? '';
    };
    const open = async (bindings: object) => {
      const json = { email, code: await newCode() };
      return (await requestWith(bindings, 'POST', `${path}/visitors`, '', { json })).status;
    };
    expect([await open(rotating), await open(rotated)]).toEqual([200, 401]);
  });

  it('sign-ins at a provider that were under way are finished', async () => {
    const ctx = contextOf(await newWorkspace());
    const provider = { id: 'acme', issuer: 'https://id.example.com' } as never;
    const { cookie, state, verifier } = await newHandshake(ctx, provider, '/account');
    const read = (bindings: object) =>
      readHandshake({ ...ctx, config: configOf(bindings) }, provider, cookie, state);
    expect(await read(rotating)).toMatchObject({ verifier, next: '/account' });
    expect(await read(rotated)).toBeNull();
  });

  it('passkeys answer challenges that were sent before', async () => {
    const { authenticator, browser: person } = await signUpWithPasskey();
    const answer = async (bindings: object) => {
      const { options, cookie } = await start();
      const browser = new OidcBrowser(bindings);
      browser.cookies.set(passkeyCookie, cookie);
      const credential = await authenticator.get(options);
      return (await browser.send('POST', '/auth/passkey', { credential })).status;
    };
    expect([await answer(rotating), await answer(rotated)]).toEqual([200, 401]);
    const add = async (bindings: object) => {
      const options = await registrationOptions(person);
      const browser = new OidcBrowser(bindings);
      browser.cookies.set(cookieName, person.cookie ?? '');
      const credential = await (await Authenticator.make()).create(options);
      return (await browser.send('POST', '/me/passkeys', { credential })).status;
    };
    expect([await add(rotating), await add(rotated)]).toEqual([201, 422]);
  });

  it('sign-ins at a provider that lacked the second factor are finished', async () => {
    const issuer = await new Issuer().open();
    const person = await addTwoFactor(await signUp());
    const bindings = issuer.bindings({ SIGN_UP: 'open' });
    const finish = async (changed: object, code = '') => {
      const [before, after] = [bindings, { ...bindings, ...changed }].map(
        (one) => new OidcBrowser(one),
      ) as [OidcBrowser, OidcBrowser];
      await before.signIn(issuer, { claims: { sub: 'mine', email: person.email } });
      for (const pair of before.cookies) after.cookies.set(...pair);
      return (await after.send('POST', '/auth/second-factor', { code })).status;
    };
    const [first, second] = person.recovery;
    expect([await finish(rotating, first), await finish(rotated, second)]).toEqual([200, 400]);
  });

  it('tokens of an end user who was erased stay refused', async () => {
    const { workspace, agent } = await newChat({ rounds: [] });
    const keys = { END_USER_TOKEN_KEYS: `1:${btoa('end-user-token-key-of-the-tests!')}` };
    const given = { json: { end_user_id: 'ada', agent_ids: [agent] } };
    const issued = await requestWith(keys, 'POST', '/api/v1/end-user-tokens', workspace.key, given);
    const list = async (bindings: object) =>
      (await requestWith({ ...keys, ...bindings }, 'GET', '/api/v1/sessions', issued.body.token))
        .status;
    expect(await list({})).toBe(200);
    await workspace.delete('/end-users/ada');
    // Until the row of the person is replaced by one that does not name them.
    await vi.waitUntil(
      async () =>
        (await env.DB.prepare(`select 1 from end_users where workspace_id = ? and id = 'ada'`)
          .bind(workspace.id)
          .first()) === null,
      { timeout: 150_000 },
    );
    expect(await list(rotating)).toBe(401);
  });
});
