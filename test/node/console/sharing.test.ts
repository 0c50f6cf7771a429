import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

let stage: ConsoleStage;
let agent: string;
beforeAll(async () => {
  stage = await openConsole();
  ({ id: agent } = await stage.agent([{ text: ['The kettle is blue.'] }]));
});
afterAll(() => stage.close());

describe('share links', () => {
  it('are created with their limits, and say at its field what is wrong', async () => {
    const { page } = stage;
    await stage.show('/settings/share-links', 'Settings');
    await page.getByText('No agent is shared').waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Create a share link' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Agent' }).selectOption(agent);
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Website');
    const origins = dialog.getByRole('textbox', { name: 'Sites that may embed the widget' });
    await origins.fill('www.example.com');
    await dialog.getByRole('spinbutton', { name: 'Visitors' }).fill('5');
    await dialog.getByRole('button', { name: 'Create a share link' }).click();
    await dialog.locator('.field-error').waitFor();
    await expect.poll(() => origins.getAttribute('aria-invalid')).toBe('true');
    await stage.check();
    await origins.fill('https://www.example.com');
    await dialog.getByRole('button', { name: 'Create a share link' }).click();
    await page.waitForURL('**/share-links/shl_*');
    await page.getByText('0 of 5').waitFor();
    await page
      .getByRole('definition')
      .filter({ hasText: /^https:\/\/www\.example\.com$/ })
      .waitFor();
    await stage.check();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 380, height: 740 });
    await stage.check();
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      .toBe(true);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('show their widget, which answers under the policy of the console, in the colours that are chosen', async () => {
    const { page } = stage;
    await page.getByRole('checkbox', { name: 'Accent of your own' }).check();
    await page.getByText('--agentgrid-accent: #7a4a1e').waitFor();
    await page.getByRole('button', { name: 'Show the preview' }).click();
    const frame = page.frameLocator('iframe[title="Preview of the widget"]');
    await frame.getByRole('button', { name: 'Open chat' }).waitFor();
    await expect.poll(() => frame.getByRole('textbox').count()).toBe(0);
    await page.getByRole('checkbox', { name: 'Open from the start' }).check();
    await frame.getByRole('textbox').fill('Which colour?');
    await frame.getByRole('textbox').press('Enter');
    await frame.getByText('The kettle is blue.').waitFor();
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
    await page.getByText(/data-theme="dark"/).waitFor();
    await expect
      .poll(() => frame.locator('agentgrid-chat').getAttribute('data-theme'))
      .toBe('dark');
    // The conversation continues.
    await frame.getByText('The kettle is blue.').waitFor();
    await stage.check();
    await page.reload();
    await page.getByText('1 of 5').waitFor();
  });

  it('have visitors who are named by the link, wait in the inbox, and are erased', async () => {
    const { page, api } = stage;
    const { data } = await api.call<{ data: { id: string; end_user_id: string }[] }>(
      'GET',
      '/sessions',
    );
    const { id = '', end_user_id = '' } = data[0] ?? {};
    const end = end_user_id.slice(-4);
    const visitor = `Visitor of Website (…${end})`;
    await api.call('POST', `/sessions/${id}/hand-over`, { json: {} });
    await stage.show('/inbox', 'Inbox');
    await page.getByRole('cell', { name: visitor }).waitFor();
    await page.getByRole('cell', { name: 'Taken over by a member' }).waitFor();
    await stage.check();
    await page.locator('tbody a').first().click();
    await page.getByRole('link', { name: visitor }).waitFor();
    await page.getByRole('link', { name: '← Inbox' }).click();
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: visitor }).click();
    await page.getByText(end_user_id).waitFor();
    await page.setViewportSize({ width: 380, height: 740 });
    await page.getByRole('button', { name: 'Erase this person' }).click();
    const question = page.getByRole('alertdialog', { name: `Erase ${visitor}?` });
    const erase = question.getByRole('button', { name: 'Erase this person' });
    await expect.poll(() => erase.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill(end);
    await expect.poll(() => erase.isEnabled()).toBe(true);
    await stage.check();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('name the agent that they share, and keep what was entered', async () => {
    const { page } = stage;
    await stage.show(`/settings/share-links?agent=${agent}`, 'Settings');
    await page.getByRole('button', { name: 'Create a share link' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^Agent:/).waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop');
    await page.reload();
    await page.getByRole('button', { name: 'Create a share link' }).click();
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'Name' }).inputValue())
      .toBe('Shop');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'Website' }).click();
    await page.getByRole('heading', { level: 2, name: /Website/ }).waitFor();
  });

  it('are changed, closed and deleted', async () => {
    const { page } = stage;
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('spinbutton', { name: 'Visitors' }).fill('9');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 of 9').waitFor();
    const disable = async () => {
      await page.getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('menuitem', { name: 'Disable it' }).click();
      await page.getByText('The link is closed').waitFor();
    };
    // Shown before the API has answered, and taken back with the reason when it refuses.
    const refused = Promise.withResolvers<void>();
    await page.route(/\/share-links\/shl_\w+$/, async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      await refused.promise;
      const problem = { status: 403, code: 'forbidden', detail: 'Not for you.' };
      await route.fulfill({ status: 403, contentType: 'application/problem+json', json: problem });
    });
    await disable();
    refused.resolve();
    await page.getByText('Not for you.').waitFor();
    await page.getByText('The link is closed').waitFor({ state: 'detached' });
    await page.unroute(/\/share-links\/shl_\w+$/);
    // Changed again before the first change is answered: what was chosen last stays in sight.
    const sent: Route[] = [];
    await page.route(/\/share-links\/shl_\w+$/, (route) =>
      route.request().method() === 'PATCH' ? void sent.push(route) : route.continue(),
    );
    await disable();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Open it' }).click();
    await page.getByText('The link is closed').waitFor({ state: 'detached' });
    await expect.poll(() => sent.length).toBe(1);
    await sent[0]?.continue();
    await expect.poll(() => sent.length).toBe(2);
    expect(await page.getByText('The link is closed').count()).toBe(0);
    await sent[1]?.continue();
    await page.unroute(/\/share-links\/shl_\w+$/);
    await disable();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete the link Website?' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No agent is shared').waitFor();
  });
});

describe('channels', () => {
  it('ask for the fields of their kind, keep secrets to themselves, and are deleted', async () => {
    const { page } = stage;
    await stage.show(`/settings/channels?agent=${agent}`, 'Settings');
    await page.getByRole('button', { name: 'Connect a channel' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Kind' }).selectOption('webhook');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Help desk');
    await dialog.getByLabel('Address for answers').fill(`${stage.site}/answers`);
    await dialog.getByLabel('Secret').fill('short');
    await dialog.getByRole('button', { name: 'Connect a channel' }).click();
    await dialog.locator('.field-error').waitFor();
    await dialog.getByLabel('Secret').fill('a-secret-of-more-than-16-characters');
    await dialog.getByRole('button', { name: 'Connect a channel' }).click();
    await page.waitForURL('**/channels/chn_*');
    await page.getByText(/\/api\/v1\/channels\/chn_\w+\/events/).waitFor();
    expect(await page.content()).not.toContain('a-secret-of-more');
    await stage.check();
    await page.getByRole('button', { name: 'Test' }).click();
    await page.locator('.note-good, .note-bad').waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Settings and credentials' }).click();
    await dialog.getByLabel('Language of notices').selectOption({ label: 'German' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('definition').getByText('German', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Switch off' }).click();
    await page.getByText('Off', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No channels yet').waitFor();
    await stage.check();
  });
});

describe('operation', () => {
  it('sets rate limits and an exception, over a failure of the server and a reload', async () => {
    const { page, api } = stage;
    await stage.show('/settings/limits', 'Settings');
    const scope = page.getByRole('group', { name: 'Each end user' });
    await scope.getByRole('spinbutton', { name: 'Requests per minute' }).fill('600');
    await page.getByRole('button', { name: 'Add an exception' }).click();
    await page.getByRole('textbox', { name: 'Id' }).fill('customer-1');
    await page.getByRole('textbox', { name: 'Requests per minute' }).fill('*');
    await page.reload();
    await page.route('**/api/v1/rate-limits', (route) =>
      route.request().method() === 'PUT'
        ? route.fulfill({ status: 403, json: { status: 403, detail: 'Not today.' } })
        : route.continue(),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Not today.').waitFor();
    await page.unrouteAll();
    await stage.check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rate limits were saved').waitFor();
    expect(await api.call('GET', '/rate-limits')).toMatchObject({
      end_user: {
        default: { requests_per_minute: 600, concurrent_runs: null },
        overrides: [{ id: 'customer-1', requests_per_minute: null }],
      },
    });
  });

  it('sends telemetry to an endpoint whose headers are not shown again', async () => {
    const { page } = stage;
    await stage.show('/settings/telemetry', 'Settings');
    await page.getByLabel('Endpoint for traces').fill('https://otel.example.com/v1/traces');
    await page.getByRole('textbox', { name: 'Headers' }).fill('Authorization Bearer');
    await page.getByText('Each line has a name').waitFor();
    await page
      .getByRole('textbox', { name: 'Headers' })
      .fill('Authorization: Bearer of-the-collector-1234');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/Stored: authorization …1234/i).waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Remove the export' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove the export' }).click();
    await page.getByRole('button', { name: 'Remove the export' }).waitFor({ state: 'detached' });
  });

  it('shows search providers, connects a sign-in, and exports the workspace', async () => {
    const { page } = stage;
    await stage.show('/settings/search', 'Settings');
    await page.getByRole('cell', { name: 'Brave Search', exact: true }).waitFor();
    await stage.check();
    await stage.show('/settings/end-users/issuers', 'Settings');
    await page.getByRole('button', { name: 'Connect a sign-in' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Login');
    await dialog.getByRole('textbox', { name: 'Issuer' }).fill('https://login.example.com/');
    await dialog.getByRole('textbox', { name: 'Audience' }).fill('chat');
    await dialog.getByLabel('Address of the keys').fill('https://login.example.com/jwks.json');
    await dialog.getByRole('checkbox').first().check();
    await stage.check();
    await dialog.getByRole('button', { name: 'Connect a sign-in' }).click();
    await page.getByRole('cell', { name: 'Login https://login.example.com/' }).waitFor();
    await stage.check();
    await stage.show('/settings/exports', 'Settings');
    await page.getByRole('button', { name: 'Export the workspace' }).click();
    const href = await page.getByRole('link', { name: 'Download' }).getAttribute('href');
    expect((await fetch(new URL(href ?? '', stage.url))).status).toBe(200);
    await stage.check();
    await stage.show('/settings/webhooks', 'Settings');
    await page.getByRole('button', { name: 'Set the alert webhook' }).click();
    await dialog.getByLabel('URL').fill('https://alerts.example.com/');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const shown = page.getByRole('dialog', { name: 'The signing secret of alerts' });
    await shown.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('https://alerts.example.com/').waitFor();
  });
});
