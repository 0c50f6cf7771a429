import { gunzipSync } from 'node:zlib';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepAt, totpCode } from '../../../src/identity/two-factor/totp.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

/** Ids of end users are what the software of a customer says. */
const odd = 'team/anna%20x';
const password = 'correct horse battery';

let stage: ConsoleStage;
let agent: string;
beforeAll(async () => {
  stage = await openConsole();
  ({ id: agent } = await stage.agent([{ text: ['Hello.'] }]));
  for (const end_user_id of ['customer-1', odd]) {
    const path = `/agents/${agent}/sessions`;
    await stage.api.call('POST', path, { json: { end_user_id } });
  }
});
afterAll(() => stage.close());

/** The API demands a recent sign-in once. */
async function demandSignIn(method: string, path: string): Promise<void> {
  let isDue = true;
  await stage.page.route(path, async (route) => {
    if (!isDue || route.request().method() !== method) return route.fallback();
    isDue = false;
    const json = { code: 'recent_sign_in_required', detail: 'Sign in again.' };
    await route.fulfill({ status: 403, json });
  });
}

async function textOf(download: Download): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await download.createReadStream()) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

/** Collects the texts that dialogs show from now on, however briefly. */
async function textsOfDialogs(page: Page): Promise<() => Promise<string>> {
  const seen = await page.evaluateHandle<string[]>(`(() => {
    const texts = [];
    const read = () => {
      for (const one of document.querySelectorAll('[role=dialog]')) texts.push(one.textContent);
    };
    read();
    new MutationObserver(read).observe(document.body, { subtree: true, childList: true, characterData: true });
    return texts;
  })()`);
  return async () => (await seen.jsonValue()).join('\n');
}

const personPath = (id: string) => `/settings/end-users/people/${encodeURIComponent(id)}`;

describe('end users', () => {
  it('are found by the beginning of their id, which the address keeps, whatever the id contains', async () => {
    const { page } = stage;
    await stage.show('/settings/end-users', 'Settings');
    await page.getByRole('link', { name: 'customer-1' }).waitFor();
    await page.getByRole('searchbox', { name: 'Beginning of the id' }).fill('team/');
    await page.waitForURL('**/end-users?q=team%2F');
    await page.getByRole('link', { name: 'customer-1' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('link', { name: odd }).click();
    await page.getByRole('heading', { level: 2, name: odd }).waitFor();
    await page.getByRole('link', { name: 'Show the sessions' }).click();
    await page.waitForURL(`**/sessions?end_user_id=${encodeURIComponent(odd)}`);
    await page.goBack();
    await page.getByRole('heading', { level: 2, name: odd }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: odd }).waitFor();
  });

  it('have memories that are written, corrected and forgotten', async () => {
    const { page } = stage;
    await stage.show(personPath('customer-1'), 'Settings');
    await page.getByRole('button', { name: 'Add a memory' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Agent' }).selectOption(agent);
    await dialog.getByRole('textbox', { name: 'Memory' }).fill('Drinks tea.');
    await dialog.getByRole('button', { name: 'Add a memory' }).click();
    await page.getByRole('cell', { name: 'Drinks tea.', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions: Drinks tea.' }).click();
    await page.getByRole('menuitem', { name: 'Correct' }).click();
    await dialog.getByRole('textbox', { name: 'Memory' }).fill('Drinks coffee.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Drinks coffee.', exact: true }).waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Actions: Drinks coffee.' }).click();
    await page.getByRole('menuitem', { name: 'Forget' }).click();
    const question = page.getByRole('alertdialog', { name: 'Forget this memory?' });
    await question.getByText('“Drinks coffee.”').waitFor();
    await question.getByRole('button', { name: 'Forget' }).click();
    await page.getByText('Nothing is remembered.').waitFor();
  });

  it('lose their tokens, and are exported as an archive', async () => {
    const { page } = stage;
    await stage.show(personPath('customer-1'), 'Settings');
    await page.getByRole('button', { name: 'Revoke the tokens' }).click();
    const question = page.getByRole('alertdialog', { name: 'Revoke all tokens of this person?' });
    await question.getByRole('button', { name: 'Revoke the tokens' }).click();
    await page.getByText('Refused if issued before').waitFor();
    await page.getByRole('button', { name: 'Create an export' }).click();
    const link = page.getByRole('link', { name: 'Download' });
    const archive = await fetch(stage.url + (await link.getAttribute('href')));
    const lines = gunzipSync(Buffer.from(await archive.arrayBuffer())).toString();
    expect(lines).toContain('customer-1');
    await stage.check();
  });

  it('are erased after their id was typed; the erasure and its receipt are shown', async () => {
    const { page } = stage;
    await stage.show(personPath(odd), 'Settings');
    await page.getByRole('button', { name: 'Erase this person' }).click();
    const question = page.getByRole('alertdialog', { name: `Erase ${odd}?` });
    await question.getByText('1 session with all messages').waitFor();
    const erase = question.getByRole('button', { name: 'Erase this person' });
    await expect.poll(() => erase.isDisabled()).toBe(true);
    await stage.check();
    await question.getByRole('button', { name: 'Copy' }).waitFor();
    await question.getByRole('textbox', { name: 'Type or paste it to confirm' }).fill(odd);
    await erase.click();
    await page.waitForURL('**/end-users/erasures/era_*');
    await page.getByText('looked through a second time').waitFor();
    await stage.check();
    const completed = (receipt: string) => ({
      ...{ id: 'era_1', status: 'completed', subject_hash: 'ab', pseudonym: 'erased-1' },
      ...{ removed: { sessions: 1, tools: 0 }, receipt, created_at: new Date().toISOString() },
      completed_at: new Date().toISOString(),
    });
    await page.route('**/api/v1/erasures/era_*', (route) =>
      route.fulfill({ json: completed('e30.e30.e30') }),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Verify the receipt' }).click();
    await page.getByText('The signature is not valid.').waitFor();
    await page.route('**/api/v1/erasures/verify', (route) =>
      route.fulfill({ json: { is_valid: true, kid: 'key-1', payload: { sessions: 1 } } }),
    );
    await page.getByRole('button', { name: 'Verify the receipt' }).click();
    await page.getByText('The signature is valid. Key key-1').waitFor();
    await stage.check();
    await page.unrouteAll();
    await page.getByRole('link', { name: '← Erasures' }).click();
    await page.getByRole('cell', { name: 'Running …' }).waitFor();
    await stage.check();
  });
});

describe('the account', () => {
  it('is opened from the menu, and its name is changed', async () => {
    const { page } = stage;
    await stage.show('/agents', 'Agents');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Account' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your account' }).waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Account: Ada Lovelace' }).waitFor();
  });

  it('gets a password and a second factor, whose recovery codes are shown once', async () => {
    const { page } = stage;
    await stage.show('/account', 'Your account');
    await page.getByRole('button', { name: 'Set a password' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New password').fill(password);
    const texts = await textsOfDialogs(page);
    await dialog.getByRole('button', { name: 'Set a password' }).click();
    await page.getByRole('button', { name: 'Change the password' }).waitFor();
    // The account has a password before the dialog has gone: it must not become that of a change for a moment.
    expect(await texts()).not.toContain('Current password');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await dialog.getByLabel('Current password').fill('wrong password');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Current password').fill(password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    const secret = await dialog.locator('code').first().innerText();
    await stage.check();
    const code = await totpCode(secret, stepAt(Date.now()));
    await dialog.getByRole('textbox', { name: 'Code' }).fill(code);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    const codes = (await dialog.locator('pre').innerText()).split('\n');
    expect(codes.length).toBeGreaterThan(5);
    await stage.check();
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Switch off' }).click();
    await dialog.getByRole('textbox', { name: 'Code' }).fill(codes[0] ?? '');
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await page.getByRole('button', { name: 'Switch on' }).waitFor();
  });

  it('gets a passkey, which is renamed, answers for its owner, and is deleted', async () => {
    const { page } = stage;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...({ protocol: 'ctap2', transport: 'internal', hasResidentKey: true } as const),
        ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
    await stage.show('/account', 'Your account');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Old laptop');
    await dialog.getByLabel('Password').fill('wrong password');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('The password is wrong.').waitFor();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Actions: Old laptop' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await dialog.getByLabel('Name').fill('Laptop');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Laptop', exact: true }).waitFor();
    await stage.check();
    // The same device again: its own words in place of those of the browser.
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('has a passkey of yours already').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await demandSignIn('POST', '**/api/v1/me/email');
    await page.getByRole('button', { name: 'Change the address' }).click();
    await dialog.getByLabel('New address').fill('ada@example.org');
    await dialog.getByRole('button', { name: 'Send the link' }).click();
    const again = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await again.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('A link is on its way to ada@example.org.').waitFor();
    const isMailed = (line: string) => line.includes('"ada@example.org"') && /#email=/.test(line);
    await expect.poll(() => stage.lines.some(isMailed)).toBe(true);
    await page.getByRole('button', { name: 'Actions: Laptop' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete Laptop?' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('You have no passkey yet.').waitFor();
  });

  it('links and unlinks accounts of providers, after the password was entered again', async () => {
    const { page } = stage;
    const provider = { id: 'acme', name: 'Acme' };
    await page.route('**/api/v1/auth/methods', (route) =>
      route.fulfill({
        json: { sign_up: 'closed', providers: [provider], cloudflare_access: false },
      }),
    );
    const identity = {
      ...{ id: 'idn_1', provider, issuer: 'https://acme.example', email: 'ada@acme.example' },
      ...{ last_used_at: null, created_at: new Date().toISOString() },
    };
    let linked = [identity];
    await page.route('**/api/v1/me/identities', (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({ json: { data: linked } })
        : route.fulfill({ json: { authorization_url: `${stage.url}/docs?linking` } }),
    );
    await page.route('**/api/v1/me/identities/idn_1', (route) => {
      linked = [];
      return route.fulfill({ status: 204 });
    });
    await demandSignIn('DELETE', '**/api/v1/me/identities/idn_1');
    await stage.show('/account', 'Your account');
    await page.getByRole('cell', { name: 'ada@acme.example' }).waitFor();
    await page.getByRole('button', { name: 'Unlink' }).click();
    const question = page.getByRole('alertdialog', { name: 'Unlink Acme?' });
    await question.getByRole('button', { name: 'Unlink' }).click();
    const again = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await again.getByLabel('Password').fill('wrong password');
    await again.getByRole('button', { name: 'Confirm' }).click();
    await again.getByText('The address or the password is wrong.').waitFor();
    await stage.check();
    await again.getByLabel('Password').fill(password);
    await again.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('No account of another provider is linked.').waitFor();
    await page.getByRole('button', { name: 'Link Acme' }).click();
    await page.waitForURL('**/docs?linking');
    await page.unrouteAll();
  });

  it('exports what is known of its person', async () => {
    const { page } = stage;
    await stage.show('/account', 'Your account');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export my data' }).click();
    expect(JSON.parse(await textOf(await saved))).toMatchObject({ name: 'Ada Lovelace' });
  });

  it('ends other sign-ins, and all of them', async () => {
    const { page } = stage;
    const other = await page.context().browser()?.newPage();
    if (other === undefined) throw new Error('The browser has ended.');
    await other.goto(await stage.signIn());
    await other.waitForURL('**/console/**');
    await stage.show('/account', 'Your account');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByRole('button', { name: 'End', exact: true }).waitFor({ state: 'detached' });
    await other.reload();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.close();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    const question = page.getByRole('alertdialog', { name: 'Sign out everywhere?' });
    await question.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    // The sign-in has the colours of the console, and no violation of its policy.
    await stage.check();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 380, height: 740 });
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      .toBe(true);
    await stage.check();
  });

  it('is deleted with what nobody else owns, once its owner knows', async () => {
    const { page } = stage;
    await page.goto(await stage.signIn());
    await page.waitForURL('**/console/**');
    await stage.show('/account', 'Your account');
    const email = await page.getByText(/@/).first().innerText();
    const open = page.getByRole('button', { name: 'Delete the account' });
    const question = page.getByRole('alertdialog', { name: 'Delete your account?' });
    const shared = { workspace_id: stage.workspace_id, name: 'Team', has_other_members: true };
    await page.route('**/api/v1/me?*', (route) =>
      route.fulfill({
        status: 409,
        json: { code: 'last_owner', detail: 'Only owner', workspaces: [shared] },
      }),
    );
    await open.click();
    await question.getByText('all sign-ins, the password').waitFor();
    await question.getByRole('textbox').fill(email);
    await question.getByRole('button', { name: 'Delete the account' }).click();
    const appoint = question.getByRole('link', { name: 'Appoint an owner in Team' });
    await expect
      .poll(() => appoint.getAttribute('href'))
      .toBe(`/console/${stage.workspace_id}/settings/members`);
    await stage.check();
    await page.unrouteAll();
    await question.getByRole('button', { name: 'Check again' }).click();
    await question.getByText('has no other member').waitFor();
    await question.getByRole('button', { name: 'Delete the account and these workspaces' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await page.request.get(`${stage.url}/api/v1/me`)).status()).toBe(401);
  });
});
