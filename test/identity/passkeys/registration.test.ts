import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { newChallenge } from '../../../src/identity/passkeys/challenge.ts';
import { readConfig } from '../../../src/platform/config.ts';
import type { Ctx } from '../../../src/platform/context.ts';
import { toBase64Url } from '../../../src/shared/digest.ts';
import { newWorkspace, toAnswer, toRequest } from '../../support/api.ts';
import {
  type Algorithm,
  Authenticator,
  cbor,
  flag,
  type Lies,
} from '../../support/authenticator.ts';
import { expectProblem, pointersOf } from '../../support/document.ts';
import { recording } from '../../support/faulty.ts';
import { OidcBrowser } from '../../support/oidc.ts';
import {
  register,
  registrationOptions,
  signUpByLink,
  signUpWithPasskey,
  start,
} from '../../support/passkeys.ts';
import {
  Browser,
  browse,
  cookieName,
  newMember,
  origin,
  password,
  signUp,
} from '../../support/people.ts';

const minute = 60_000;
const passkeysOf = async ({ browser }: { browser: Browser }) =>
  (await browser.get('/me/passkeys')).body.data;

/** Sends an answer to fresh options of a browser. */
async function add(browser: Browser, lies: Lies = {}) {
  const authenticator = await Authenticator.make();
  const credential = await authenticator.create(await registrationOptions(browser), lies);
  return browser.post('/me/passkeys', { credential });
}

describe('a passkey', () => {
  it.each<Algorithm>(['ES256', 'RS256', 'EdDSA'])('of %s is registered and listed', async (alg) => {
    const { browser, authenticator, passkey_id } = await signUpWithPasskey({ alg });
    const [passkey] = await passkeysOf({ browser });
    expect(passkey).toMatchObject({
      id: passkey_id,
      name: 'Laptop',
      host: new URL(origin).hostname,
      is_synced: true,
      is_backed_up: true,
      transports: ['internal'],
      last_used_at: null,
    });
    expect(JSON.stringify(passkey)).not.toContain(authenticator.id);
  });

  it('has options for a discoverable credential that verifies its user, and excludes those that exist', async () => {
    const { browser, email, authenticator } = await signUpWithPasskey();
    const options = await registrationOptions(browser);
    expect(options).toMatchObject({
      rp: { id: 'agentgrid.test' },
      user: { name: email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: [{ id: authenticator.id, type: 'public-key' }],
    });
    expect(options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg)).toEqual([-8, -7, -257]);
  });

  it('is recorded in the audit log of the workspaces, and announced by mail', async () => {
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'editor');
    const { browser } = member;
    const options = await registrationOptions(browser, { password });
    const credential = await (await Authenticator.make()).create(options);
    const recorded = recording(env.DB);
    const send = async (method: string, path: string, json?: object) => {
      const execution = createExecutionContext();
      const headers = { origin, cookie: `${cookieName}=${browser.cookie}` };
      const sent = toRequest(method, `/api/v1${path}`, null, { headers, ...(json && { json }) });
      const request = new Request(`${origin}${new URL(sent.url).pathname}`, sent);
      const response = await app.fetch(request, { ...env, DB: recorded.database }, execution);
      const answer = await toAnswer(response);
      await waitOnExecutionContext(execution);
      return answer;
    };
    const added = await send('POST', '/me/passkeys', { credential });
    expect((await browser.patch(`/me/passkeys/${added.body.id}`, { name: 'Phone' })).status).toBe(
      200,
    );
    expect((await send('DELETE', `/me/passkeys/${added.body.id}`)).status).toBe(204);
    const { body } = await workspace.get('/audit-log?action_prefix=passkey.');
    expect(
      body.data.map((entry: { action: string; target_id: string }) => [
        entry.action,
        entry.target_id,
      ]),
    ).toEqual(
      ['passkey.delete', 'passkey.update', 'passkey.create'].map((action) => [
        action,
        member.member_id,
      ]),
    );
    const jobs = recorded.statements
      .filter(({ sql }) => sql.startsWith('insert into "outbox"'))
      .flatMap(({ values }) => values.filter((value) => String(value).includes('mail.send')))
      .map((job) => JSON.parse(String(job)));
    expect(jobs).toEqual(
      ['passkey_added', 'passkey_removed'].map((mail) => ({
        type: 'mail.send',
        mail,
        id: member.user_id,
        origin,
      })),
    );
  });

  it('needs the password again, and a code where two-factor sign-in is on (R69)', async () => {
    const { browser } = await signUp();
    for (const proof of [{}, { password: null }, { password: 'wrong password' }])
      expectProblem(await browser.post('/me/passkeys/options', proof), 403);
    await env.DB.prepare('update users set totp_confirmed_at = 1, totp_secret = ? where id = ?')
      .bind('sealed', (await browser.get('/me')).body.id)
      .run();
    const answer = await browser.post('/me/passkeys/options', { password });
    expect([answer.status, answer.body.code]).toEqual([401, 'second_factor_required']);
    expectProblem(
      await browser.post('/me/passkeys/options', { password, code: 'ABCDE-FGHJK' }),
      403,
    );
  });

  it('of an account without a password needs a sign-in within 15 minutes (R69)', async () => {
    const { browser } = await newMember(await newWorkspace(), 'owner');
    const { session_id } = (await browser.get('/me')).body;
    const signedIn = (ago: number) =>
      env.DB.prepare('update user_sessions set created_at = ? where id = ?')
        .bind(Date.now() - ago, session_id)
        .run();
    await signedIn(16 * minute);
    expectProblem(await browser.post('/me/passkeys/options', {}), 403);
    await signedIn(14 * minute);
    expect((await register(browser, await Authenticator.make(), { proof: {} })).status).toBe(201);
  });

  it('lets nobody guess the password (R11)', async () => {
    const { browser } = await signUp();
    const tries = Array.from({ length: 12 }, () =>
      browser.post('/me/passkeys/options', { password: 'wrong password' }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });

  it.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['a look-alike origin', { origin: `${origin}.evil.example` }],
    ['the origin with another port', { origin: `${origin}:8443` }],
    ['plain http', { origin: origin.replace('https', 'http') }],
    ['another host', { host: 'evil.example' }],
    ['a parent domain', { host: 'test' }],
    ['another ceremony', { type: 'webauthn.get' }],
    ['a frame of another site', { clientData: { crossOrigin: true } }],
    ['a frame that names its top', { clientData: { topOrigin: 'https://evil.example' } }],
    ['nobody', { flags: flag.UV | flag.AT }],
    ['a user who was not verified', { flags: flag.UP | flag.AT }],
    ['backup flags that contradict', { flags: flag.UP | flag.UV | flag.AT | flag.BS }],
    ['no credential', { flags: flag.UP | flag.UV }],
    ['another id', { id: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['no challenge', { challenge: '' }],
    ['a challenge of the browser', { challenge: toBase64Url(new Uint8Array(32)) }],
  ])('from %s is refused (R70)', async (_what, lies) => {
    const { browser } = await signUpByLink();
    const answer = await add(browser, lies);
    expectProblem(answer, 422);
    expect(pointersOf(answer)).toEqual(['/credential']);
    expect(await passkeysOf({ browser })).toEqual([]);
  });

  it('answers a challenge of this session once, in time (R12)', async () => {
    const { browser, email } = await signUp();
    const options = await registrationOptions(browser, { password });
    const answer = async (to: Browser, given = options) =>
      to.post('/me/passkeys', { credential: await (await Authenticator.make()).create(given) });
    // Of another person, of another session of the same person, for another purpose, and too late.
    const stranger = await signUpByLink();
    expectProblem(await answer(stranger.browser), 422);
    const other = new Browser();
    await other.post('/auth/sign-in', { email, password });
    expectProblem(await answer(other), 422);
    const { options: signIn } = await start();
    expectProblem(await answer(browser, { ...options, challenge: signIn.challenge }), 422);
    const { session_id } = (await browser.get('/me')).body;
    const challengeOf = (ago: number) =>
      newChallenge(
        { config: readConfig(env), now: () => Date.now() - ago } as Ctx,
        'register',
        session_id,
      );
    expectProblem(
      await answer(browser, { ...options, challenge: await challengeOf(5 * minute) }),
      422,
    );
    expect(
      (await answer(browser, { ...options, challenge: await challengeOf(4 * minute) })).status,
    ).toBe(201);
    const statuses = await Promise.all([answer(browser), answer(browser), answer(browser)]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
    expectProblem(await answer(browser), 422);
    expect(await passkeysOf({ browser })).toHaveLength(2);
  });

  it('leaves no challenge in the database that somebody could answer (R12)', async () => {
    const { browser } = await signUpByLink();
    const options = await registrationOptions(browser);
    const text = atob(options.challenge.replaceAll('-', '+').replaceAll('_', '/'));
    await add(browser);
    const { results } = await env.DB.prepare('select * from used_challenges').all();
    expect(results.length).toBeGreaterThan(0);
    for (const part of [options.challenge, ...text.split('.')])
      expect(JSON.stringify(results)).not.toContain(part);
  });

  it('is registered once, for one person', async () => {
    const { browser, authenticator } = await signUpWithPasskey();
    expectProblem(await register(browser, authenticator), 409);
    const stranger = await signUpByLink();
    expectProblem(await register(stranger.browser, authenticator), 409);
    const fresh = await Authenticator.make();
    const answers = await Promise.all([
      register(browser, fresh),
      register(stranger.browser, fresh),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is one of 20 at most, also in parallel', async () => {
    const { browser, user_id } = await signUpWithPasskey();
    const insert = Array.from({ length: 18 }, (_, index) =>
      env.DB.prepare(
        `insert into passkeys select 'psk_' || ?2 || id, user_id, credential_id || ?2, public_key, host, sign_count,
        transports, aaguid, backup_eligible, backed_up, name, created_at, last_used_at from passkeys where user_id = ?1 limit 1`,
      ).bind(user_id, index),
    );
    await env.DB.batch(insert);
    const [one, two] = [await registrationOptions(browser), await registrationOptions(browser)];
    const answers = await Promise.all(
      [one, two].map(async (options) =>
        browser.post('/me/passkeys', {
          credential: await (await Authenticator.make()).create(options),
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expectProblem(await browser.post('/me/passkeys/options', {}), 409);
  });

  it('is answered once for a repeated Idempotency-Key', async () => {
    const { browser } = await signUpByLink();
    const options = await registrationOptions(browser);
    const json = { credential: await (await Authenticator.make()).create(options) };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await browser.post('/me/passkeys', json, { headers });
    const again = await browser.post('/me/passkeys', json, { headers });
    expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
  });
});

describe('a malformed registration', () => {
  const bytes = (text: string) => toBase64Url(new TextEncoder().encode(text));

  it.each<[string, (valid: Uint8Array<ArrayBuffer>) => Uint8Array]>([
    ['nothing that is CBOR', () => new Uint8Array([255, 255, 255])],
    ['an array', () => new Uint8Array([0x80])],
    ['a map without data', () => cbor(new Map([['fmt', 'none']]))],
    ['arrays in arrays', () => new Uint8Array(9000).fill(0x81)],
    ['data that are text', () => cbor(new Map([['authData', 'text']]))],
    ['data that are short', () => cbor(new Map([['authData', new Uint8Array(36)]]))],
    ['bytes behind it', (valid) => Uint8Array.from([...valid, 0])],
    ['its end cut off', (valid) => valid.slice(0, -1)],
    ['its half', (valid) => valid.slice(0, valid.byteLength / 2)],
  ])('with %s is refused', async (_what, change) => {
    const { browser } = await signUpByLink();
    const credential = await (await Authenticator.make()).create(
      await registrationOptions(browser),
    );
    const valid = Uint8Array.from(
      atob(credential.response.attestationObject.replaceAll('-', '+').replaceAll('_', '/')),
      (char) => char.charCodeAt(0),
    );
    credential.response.attestationObject = toBase64Url(change(valid));
    expectProblem(await browser.post('/me/passkeys', { credential }), 422);
    expect(await passkeysOf({ browser })).toEqual([]);
  });

  it.each<[string, Algorithm, (cose: Map<number, unknown>) => unknown]>([
    ['no map', 'ES256', () => 'text'],
    ['an unknown algorithm', 'ES256', (cose) => cose.set(3, -47)],
    ['an algorithm of another kind', 'ES256', (cose) => cose.set(3, -8)],
    ['another curve', 'ES256', (cose) => cose.set(-1, 2)],
    ['a point that is not on the curve', 'ES256', (cose) => cose.set(-2, new Uint8Array(32))],
    ['half a point', 'ES256', (cose) => cose.set(-2, new Uint8Array(16))],
    ['a number for a point', 'ES256', (cose) => cose.set(-3, 5)],
    ['a short point', 'EdDSA', (cose) => cose.set(-2, new Uint8Array(31))],
    ['a short modulus', 'RS256', (cose) => cose.set(-1, new Uint8Array(128).fill(255))],
  ])('with a key of %s is refused', async (_what, alg, change) => {
    const { browser } = await signUpByLink();
    const authenticator = await Authenticator.make({ alg });
    const credential = await authenticator.create(await registrationOptions(browser), {}, change);
    expectProblem(await browser.post('/me/passkeys', { credential }), 422);
  });

  it('of another shape, or too large, is refused by the schema (R10)', async () => {
    const { browser } = await signUpByLink();
    const valid = await (await Authenticator.make()).create(await registrationOptions(browser));
    const { response } = valid;
    const wrong: object[] = [
      { ...valid, id: 'not base64!' },
      { ...valid, id: 'A'.repeat(1400) },
      { ...valid, type: 'password' },
      { ...valid, unknown: 1 },
      { ...valid, response: { ...response, unknown: 1 } },
      { ...valid, response: { ...response, clientDataJSON: 5 } },
      { ...valid, response: { ...response, clientDataJSON: 'A'.repeat(6000) } },
      { ...valid, response: { ...response, attestationObject: 'A'.repeat(20_000) } },
      { ...valid, response: { ...response, transports: Array(11).fill('usb') } },
      { ...valid, response: { ...response, clientDataJSON: bytes('no JSON') } },
      { ...valid, response: { ...response, clientDataJSON: bytes('null') } },
      { ...valid, response: { ...response, clientDataJSON: bytes('[]') } },
      { ...valid, response: { ...response, clientDataJSON: 'A' } },
    ];
    for (const credential of wrong)
      expectProblem(await browser.post('/me/passkeys', { credential }), 422);
    for (const name of ['', ' ', 'x'.repeat(101), 'a\u202eb'])
      expectProblem(await browser.post('/me/passkeys', { name, credential: valid }), 422);
  });

  it('is refused on hosts and addresses without passkeys', async () => {
    const post = (url: string) =>
      browse('POST', `${url}/api/v1/auth/passkey/options`, {
        json: {},
        headers: { origin: url },
      });
    for (const url of [
      'https://192.0.2.1',
      'https://[2001:db8::1]',
      'http://agentgrid.test',
      'http://127.0.0.1:8787',
    ])
      expectProblem(await post(url), 403);
    expect((await post('http://localhost:8787')).body.rpId).toBe('localhost');
  });
});

describe('the passkeys of a person', () => {
  it('are renamed and deleted by them only, and no other can be found (R2)', async () => {
    const { browser, passkey_id } = await signUpWithPasskey({ with_password: true });
    const stranger = await signUpByLink();
    for (const id of [passkey_id, 'psk_01kajv2q5ve0mt8h2vj3c6x7ra', 'psk_x']) {
      expectProblem(await stranger.browser.patch(`/me/passkeys/${id}`, { name: 'Mine' }), 404);
      expectProblem(await stranger.browser.delete(`/me/passkeys/${id}`), 404);
    }
    expect(await passkeysOf(stranger)).toEqual([]);
    const renamed = await browser.patch(`/me/passkeys/${passkey_id}`, { name: 'Phone' });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'Phone']);
    expect((await browser.patch(`/me/passkeys/${passkey_id}`, {})).body.name).toBe('Phone');
    expect((await browser.delete(`/me/passkeys/${passkey_id}`)).status).toBe(204);
    expect(await passkeysOf({ browser })).toEqual([]);
    expectProblem(await browser.delete(`/me/passkeys/${passkey_id}`), 404);
  });

  it('are listed in pages', async () => {
    const { browser } = await signUpWithPasskey();
    for (const _ of [1, 2]) await register(browser, await Authenticator.make());
    const first = await browser.get('/me/passkeys?limit=2');
    const next = await browser.get(`/me/passkeys?limit=2&cursor=${first.body.next_cursor}`);
    const ids = [...first.body.data, ...next.body.data].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect([ids.length, next.body.next_cursor]).toEqual([3, null]);
    const stranger = await signUpByLink();
    expectProblem(await stranger.browser.get(`/me/passkeys?cursor=${first.body.next_cursor}`), 400);
  });

  it('keep the last way to sign in, also when all are deleted in parallel', async () => {
    const { browser, passkey_id } = await signUpWithPasskey();
    const second = (await register(browser, await Authenticator.make())).body.id;
    const answers = await Promise.all(
      [passkey_id, second].map((id) => browser.delete(`/me/passkeys/${id}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const [left] = await passkeysOf({ browser });
    expectProblem(await browser.delete(`/me/passkeys/${left.id}`), 409);
    expect(await passkeysOf({ browser })).toEqual([left]);
    // A password is another way; identities are in account.test.ts.
    expect((await browser.post('/me/password', { password })).status).toBe(204);
    expect((await browser.delete(`/me/passkeys/${left.id}`)).status).toBe(204);
  });

  it('of a former host are marked, and do not count as a way to sign in', async () => {
    const { browser, passkey_id } = await signUpWithPasskey();
    const second = (await register(browser, await Authenticator.make())).body.id;
    await env.DB.prepare("update passkeys set host = 'former.example' where id = ?")
      .bind(second)
      .run();
    const listed = await passkeysOf({ browser });
    expect(
      listed.map(({ id, host, is_usable }: Record<string, unknown>) => [id, host, is_usable]),
    ).toEqual([
      [second, 'former.example', false],
      [passkey_id, 'agentgrid.test', true],
    ]);
    const refused = await browser.delete(`/me/passkeys/${passkey_id}`);
    expectProblem(refused, 409);
    expect((await browser.delete(`/me/passkeys/${second}`)).status).toBe(204);
    expect(await passkeysOf({ browser })).toHaveLength(1);
  });

  it('count at every host of the deployment', async () => {
    const { browser, passkey_id } = await signUpWithPasskey();
    const second = (await register(browser, await Authenticator.make())).body.id;
    await env.DB.prepare("update passkeys set host = 'other.example' where id = ?")
      .bind(second)
      .run();
    const several = new OidcBrowser({ PUBLIC_HOSTS: 'agentgrid.test,other.example' });
    several.cookies.set(cookieName, browser.cookie ?? '');
    const { body } = await several.send('GET', '/me/passkeys');
    expect(body.data.map(({ is_usable }: { is_usable: boolean }) => is_usable)).toEqual([
      true,
      true,
    ]);
    expect((await several.send('DELETE', `/me/passkeys/${passkey_id}`)).status).toBe(204);
  });
});
