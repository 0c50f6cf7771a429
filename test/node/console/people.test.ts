import { gunzipSync } from 'node:zlib';
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
    expect(await erase.isDisabled()).toBe(true);
    await stage.check();
    await question.getByRole('textbox', { name: `Type ${odd} to confirm` }).fill(odd);
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

  it('are read and not changed by a viewer', async () => {
    const { page } = stage;
    await page.route('**/api/v1/users/me', async (route) => {
      const reply = await route.fetch();
      const me = (await reply.json()) as { permissions: string[] };
      const permissions = me.permissions.filter((one) => /:read$/.test(one));
      const kept = permissions.filter((one) => one !== 'messages:read');
      await route.fulfill({ response: reply, json: { ...me, permissions: kept } });
    });
    await stage.show(personPath('customer-1'), 'Settings');
    await page.getByRole('link', { name: 'Show the sessions' }).waitFor();
    const names = ['Revoke the tokens', 'Add a memory', 'Create an export', 'Erase this person'];
    for (const name of names) expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.unrouteAll();
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
    await dialog.getByRole('button', { name: 'Set a password' }).click();
    await page.getByRole('button', { name: 'Change the password' }).waitFor();
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
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await stage.check();
  });
});
