import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepAt, totpCode } from '../../../src/identity/two-factor/totp.ts';
import { violations } from './axe.ts';
import { openStage, type Stage } from './stage.ts';

const password = 'correct horse battery staple';

let stage: Stage;
let page: Page;
let devtools: CDPSession;
let authenticatorId: string;
let recovery: string[];
let faults: readonly string[];
const errors: string[] = [];
beforeAll(async () => {
  stage = await openStage();
  const watched = await stage.page();
  ({ page, faults } = watched);
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  }));
});
afterAll(() => stage.close());

/** Presses a button as a keyboard does. */
const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
const field = (name: string) => page.getByLabel(name, { exact: true });
const says = (text: string) => page.getByRole('status').getByText(text).waitFor();
const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();
const signOut = async () => {
  await press('Sign out');
  await heading('Sign in');
};

/** Calls the API as the page does. */
const call = <Body>(method: string, path: string, body?: object) =>
  page.evaluate<Body>(
    `fetch('/api/v1${path}', ${JSON.stringify({
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })}).then((response) => response.json())`,
  );

/** The link in the mail to an address that leads to an action of the page. The lines are those of a server that other files use too. */
const mailed = async (action: string, to: string) => {
  const pattern = new RegExp(`#${action}=([\\w.-]+)`);
  const read = () =>
    stage.lines
      .filter((line) => line.includes(`"${to}"`))
      .map((line) => pattern.exec(line)?.[1])
      .findLast(Boolean);
  await expect.poll(read).toBeTruthy();
  const token = read();
  return `${stage.url}/account#${action}=${token}`;
};

describe('the page /account', () => {
  it('signs up by the link of a mail, and in by password', async () => {
    await page.goto(`${stage.url}/account`);
    await press('Create an account');
    await field('E-mail').fill('ada@example.com');
    await press('Send a link');
    await says('If the address can be used');
    // The page is open already: the link changes its fragment only.
    await page.goto(await mailed('sign-up', 'ada@example.com'));
    await field('Name').fill('Ada Lovelace');
    await field('New password').fill(password);
    await press('Create');
    await heading('Ada Lovelace');
    expect(page.url()).toBe(`${stage.url}/account`);
    await signOut();
    expect(await violations(page)).toEqual([]);
    await field('E-mail').fill('ada@example.com');
    await field('Password').fill('wrong password');
    await press('Sign in');
    await says('The address or the password is wrong.');
    await field('Password').fill(password);
    await field('Password').press('Enter');
    await heading('Ada Lovelace');
  });

  it('adds a passkey, and signs in by it without an address', async () => {
    await press('Add a passkey');
    await expect
      .poll(() => page.evaluate('document.activeElement.textContent'))
      .toBe('Add a passkey');
    expect(await violations(page)).toEqual([]);
    await field('Password').fill('wrong password');
    await press('Add');
    await says('The password is wrong.');
    await field('Name of the passkey').fill('Laptop');
    await field('Password').fill(password);
    await press('Add');
    await says('The passkey was added.');
    await page.getByText('never used').waitFor();
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
    await press('Add a passkey');
    await field('Password').fill(password);
    await press('Add');
    await says('This device or browser has a passkey of the account already.');
    await press('Cancel');
    await heading('Ada Lovelace');
    expect(await violations(page)).toEqual([]);
    await signOut();
    await press('Sign in with a passkey');
    await heading('Ada Lovelace');
    await page.getByText('last used').waitFor();
    const { data } = await call<{ data: { method: string }[] }>('GET', '/me/sessions');
    expect(data[0]?.method).toBe('passkey');
    const passkeys = await call<{ data: object[] }>('GET', '/me/passkeys');
    expect(passkeys.data).toMatchObject([
      { is_synced: true, is_backed_up: true, host: 'localhost' },
    ]);
  });

  it('signs in by a passkey that stands for the code of two-factor sign-in, or for both', async () => {
    const { secret } = await call<{ secret: string }>('POST', '/me/two-factor', { password });
    const code = await totpCode(secret, stepAt(Date.now()));
    const confirmed = await call<{ recovery_codes: string[] }>('POST', '/me/two-factor/confirm', {
      code,
    });
    recovery = confirmed.recovery_codes;
    await signOut();
    await field('E-mail').fill('ada@example.com');
    await field('Password').fill(password);
    await press('Sign in');
    await says('This account uses two-factor sign-in.');
    expect(await violations(page)).toEqual([]);
    await press('use a passkey');
    await heading('Ada Lovelace');
    const { data } = await call<{ data: { method: string }[] }>('GET', '/me/sessions');
    expect(data[0]?.method).toBe('password');
    await signOut();
    await press('Sign in with a passkey');
    await heading('Ada Lovelace');
  });

  it('reports that the browser used no passkey', async () => {
    await signOut();
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await press('Sign in with a passkey');
    await says('No passkey was used.');
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await press('Sign in with a passkey');
    await heading('Ada Lovelace');
  });

  it('leads to a path of its own origin only, whatever `next` names (R73)', async () => {
    const open = (next: string) =>
      page.goto(`${stage.url}/account?next=${encodeURIComponent(next)}`);
    const signInTo = async (next: string) => {
      await page.context().clearCookies();
      await open(next);
      await press('Sign in with a passkey');
    };
    const evil = [
      ...['//evil.example/', '/\\evil.example/', '\\\\evil.example', 'https://evil.example/'],
      ...['/.//evil.example/', '/docs/..//evil.example/', '/\t/evil.example/', ' //evil.example'],
      ...['javascript:alert(1)', 'data:text/html,x', 'evil.example', `${stage.url}/docs`],
    ];
    for (const next of evil) {
      await open(next);
      // The page leaves a target that it will go to in its address, and removes any other.
      await expect.poll(() => page.url(), { message: next }).toBe(`${stage.url}/account`);
    }
    for (const next of ['//evil.example/', '/.//evil.example/', 'javascript:alert(1)']) {
      await signInTo(next);
      await heading('Ada Lovelace');
      expect(page.url(), next).toBe(`${stage.url}/account`);
    }
    await signInTo('/healthz');
    await page.waitForURL(`${stage.url}/healthz`);
    await page.goto(`${stage.url}/account`);
    await heading('Ada Lovelace');
  });

  it('renames and deletes passkeys', async () => {
    await press('Rename Laptop');
    await field('Name of the passkey').fill('Phone');
    await press('Rename');
    await says('The passkey was renamed.');
    await press('Delete Phone');
    await press('Cancel');
    await press('Delete Phone');
    expect(await violations(page)).toEqual([]);
    await press('Delete');
    await says('The passkey was deleted.');
    await page.getByText('None yet.').waitFor();
    await signOut();
    await press('Sign in with a passkey');
    await says('The passkey was not accepted');
  });

  it('sets a password and two-factor sign-in, and shows recovery codes once', async () => {
    await field('E-mail').fill('ada@example.com');
    await field('Password').fill(password);
    await field('Code, if two-factor sign-in is on').fill(recovery[0] ?? '');
    await press('Sign in');
    await heading('Ada Lovelace');
    await press('Change the password');
    await field('Password').fill('wrong password');
    await field('New password').fill('a newer password');
    await press('Set');
    await says('The current password is wrong.');
    await field('Password').fill(password);
    await press('Set');
    await says('The password is set.');
    await press('Turn two-factor sign-in off');
    await field('Code').fill(recovery[1] ?? '');
    await press('Turn off');
    await says('Two-factor sign-in is off.');
    await press('Turn two-factor sign-in on');
    await field('Password').fill('a newer password');
    await press('Continue');
    await heading('Add the secret to an authenticator');
    expect(await violations(page)).toEqual([]);
    const secret = (await page.locator('code').textContent()) ?? '';
    await field('Code').fill(await totpCode(secret, stepAt(Date.now()) + 1));
    await press('Turn on');
    await heading('Keep these recovery codes');
    await expect.poll(() => page.locator('li').count()).toBe(10);
    expect(await violations(page)).toEqual([]);
    await press('I have kept them');
    await says('Two-factor sign-in is on.');
  });

  it('deletes the account, with workspaces that nobody else is a member of once that is confirmed', async () => {
    await call('POST', '/me/workspaces', { name: 'Only mine' });
    await press('Delete the account');
    await press('Cancel');
    await press('Delete the account');
    await press('Delete');
    await heading('Delete your workspaces, too? This cannot be undone.');
    await page.getByText('Only mine').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await call<object>('GET', '/me')).toMatchObject({ email: 'ada@example.com' });
    await press('Delete everything');
    await says('The account is deleted.');
    expect(await call<object>('GET', '/me')).toMatchObject({ code: 'unauthenticated' });
  });

  it('breaks no rule of its policy, and no script fails (R71)', () => {
    expect(faults).toEqual([]);
    expect(errors.filter((text) => !/status of 40[0-9]/.test(text))).toEqual([]);
  });
});
