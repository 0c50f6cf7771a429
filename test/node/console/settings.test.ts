import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await openConsole();
});
afterAll(() => stage.close());

describe('settings', () => {
  it('of the workspace keep a draft over a reload, show a violation at its field, and are saved', async () => {
    const { page, api } = stage;
    await stage.show('/settings', 'Settings');
    const zone = page.getByRole('textbox', { name: 'Time zone' });
    await zone.fill('Mars/Olympus');
    await page.reload();
    await expect.poll(() => zone.inputValue()).toBe('Mars/Olympus');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await expect.poll(() => zone.getAttribute('aria-invalid')).toBe('true');
    await stage.check();
    await zone.fill('Europe/Berlin');
    await page.keyboard.press('Control+Enter');
    await page.getByText('The settings were saved').waitFor();
    const { time_zone } = await api.call<{ time_zone: string }>('GET', '/workspace');
    expect(time_zone).toBe('Europe/Berlin');
  });

  it('create a key that is shown once, works, and is revoked', async () => {
    const { page } = stage;
    const { id } = await stage.agent([]);
    await stage.show('/settings/keys', 'Settings');
    await page.getByRole('button', { name: 'Create an API key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
    await page.getByRole('checkbox').first().check();
    await page.getByRole('dialog').getByRole('button', { name: 'Create an API key' }).click();
    const shown = page.getByRole('dialog', { name: 'Your new API key' });
    const secret = await shown.locator('code').innerText();
    const me = () =>
      fetch(`${stage.url}/api/v1/users/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(await (await me()).json()).toMatchObject({ role: 'runtime', agent_ids: [id] });
    await stage.check();
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('button', { name: 'Actions: Shop' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    const question = page.getByRole('alertdialog', { name: 'Revoke the key Shop?' });
    await question.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Revoked').waitFor();
    await expect.poll(async () => (await me()).status, { timeout: 150_000 }).toBe(401);
  });

  it('invite a person, and say why an address is refused', async () => {
    const { page } = stage;
    await stage.show('/settings/members', 'Settings');
    await page.getByRole('button', { name: 'Invite a person' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'E-mail' }).fill('grace@example');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await dialog.locator('.field-error').waitFor();
    await stage.check();
    await dialog.getByRole('textbox', { name: 'E-mail' }).fill('grace@example.com');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByRole('cell', { name: 'grace@example.com', exact: true }).waitFor();
    await stage.check();
  });

  it('say in the audit log who did what to which thing, in words', async () => {
    const { page } = stage;
    await stage.show('/settings/audit', 'Settings');
    const mine = page.getByRole('row').filter({ hasText: 'API key: created' });
    await mine.getByRole('cell', { name: 'You', exact: true }).waitFor();
    await mine.getByText('Shop').waitFor();
    await page.getByText('Agent: created').waitFor();
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('Me');
    await page.waitForURL(/actor_id=mem_/);
    await page.getByText('Agent: created').waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'About' }).selectOption('Invitation');
    await page.waitForURL(/action_prefix=invitation\./);
    await page.reload();
    await page.getByText('Invitation: created').waitFor();
    await page.getByRole('button', { name: 'Show' }).first().click();
    await page.getByRole('dialog').getByText('invitation.create', { exact: true }).waitFor();
    await stage.check();
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 380, height: 740 });
    await page.getByText('You', { exact: true }).first().waitFor();
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      .toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('test a provider, and show deliveries and the audit log, whose chain verifies', async () => {
    const { page } = stage;
    await stage.show('/settings/providers', 'Settings');
    await page.getByRole('cell', { name: 'Ready' }).first().waitFor();
    await stage.check();
    await page.getByRole('cell', { name: 'Groq groq' }).waitFor();
    const connect = page.getByRole('button', { name: 'Connect: Groq' });
    await connect.click();
    const key = page.getByLabel('API key');
    const base = page.getByLabel('Base URL');
    await key.fill('gsk_forgotten');
    await base.fill('https://groq.example.com/v1');
    await page.reload();
    await connect.click();
    await expect.poll(() => base.inputValue()).toBe('https://groq.example.com/v1');
    await expect.poll(() => key.inputValue()).toBe('');
    await base.fill('');
    await key.fill('gsk_0123456789');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Groq was saved').waitFor();
    await connect.waitFor({ state: 'detached' });
    await stage.show('/settings/webhooks', 'Settings');
    await page.getByText('No webhooks yet').waitFor();
    await stage.check();
    await stage.show('/settings/audit?action_prefix=workspace.', 'Settings');
    await page.getByRole('button', { name: 'Show' }).first().click();
    await page.getByRole('dialog', { name: /^Workspace: / }).waitFor();
    await stage.check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText(/^Intact: \d+ entries/).waitFor();
  });
});
