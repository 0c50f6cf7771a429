import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

const listOfAgents = /\/api\/v1\/agents(?:\?|$)/;

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await openConsole();
});
afterAll(() => stage.close());

describe('the console', () => {
  it('opens by the link of npm start, in the workspace, without a violation of its policy', async () => {
    const { page } = stage;
    await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
    await expect.poll(() => page.title()).toBe('Agents · AgentGrid');
    await stage.check();
  });

  it('finds an agent by keyboard, and returns by back and reload', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Hello.'] }]);
    await stage.api.call('PATCH', `/agents/${id}`, { json: { name: 'Zebra keeper' } });
    await stage.show('/agents', 'Agents');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Type an agent/ }).fill('zebra');
    await page.getByRole('option', { name: 'Zebra keeper' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Zebra keeper/ }).waitFor();
    const find = page.getByRole('combobox', { name: /Type an agent/ });
    await page.keyboard.press('Control+k');
    // The agent that was opened last comes first.
    await expect.poll(() => page.getByRole('option').first().innerText()).toMatch(/^Zebra keeper/);
    await find.fill('webhooks');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(page.url()).toContain('/settings/webhooks');
    await page.keyboard.press('Control+k');
    await find.fill('upload a document');
    await page
      .getByRole('option', { name: /^Upload a document/ })
      .first()
      .waitFor();
    await find.fill('new agent');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/agents/new');
    await stage.show('/agents', 'Agents');
    await page.getByRole('searchbox', { name: 'Search agents' }).fill('zebra');
    await page.waitForURL('**/agents?q=zebra');
    await page.reload();
    await page.getByRole('link', { name: 'Zebra keeper' }).waitFor();
    await expect
      .poll(() => page.getByRole('searchbox', { name: 'Search agents' }).inputValue())
      .toBe('zebra');
  });

  it('shows its keys, and its texts in German and dark colours', async () => {
    const { page } = stage;
    await stage.show('/agents', 'Agents');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await stage.check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Language: Deutsch' }).click();
    await page.getByRole('heading', { name: 'Agenten' }).waitFor();
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('de');
    await page.getByRole('button', { name: /^Konto/ }).click();
    await page.getByRole('menuitem', { name: 'Farben: Dunkel' }).click();
    await stage.check();
    await page.getByRole('button', { name: /^Konto/ }).click();
    await page.getByRole('menuitem', { name: 'Sprache: English' }).click();
  });

  it('works at 380 pixels', async () => {
    const { page } = stage;
    await page.setViewportSize({ width: 380, height: 740 });
    await stage.show('/agents', 'Agents');
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await page
      .getByRole('navigation', { name: 'Areas' })
      .getByRole('link', { name: 'Agents' })
      .waitFor();
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      .toBe(true);
    await stage.check();
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows a failure of the server in place, repeats what 429 and lost connections refuse, and continues', async () => {
    const { page } = stage;
    await page.route(listOfAgents, (route) =>
      route.fulfill({
        status: 403,
        json: { status: 403, code: 'forbidden', detail: 'Not for you.' },
      }),
    );
    await stage.show('/agents', 'Agents');
    await page.getByText('Not for you.').waitFor();
    await page.unroute(listOfAgents);
    let refusals = 0;
    await page.route(listOfAgents, (route) => {
      refusals += 1;
      if (refusals > 2) return route.continue();
      return refusals === 1
        ? route.fulfill({
            status: 429,
            headers: { 'retry-after': '0' },
            json: { code: 'rate_limited' },
          })
        : route.abort();
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Zebra keeper' }).waitFor();
    await page.unroute(listOfAgents);
  });

  it('keeps what is written offline, sends it once the connection is back, and follows an answer to its end', async () => {
    const { page } = stage;
    const context = page.context();
    const words = Array.from({ length: 60 }, (_, index) => `word${index} `);
    const { id, release } = await stage.agent([
      { text: words, fault: { kind: 'hold', events: 20 } },
    ]);
    await stage.show(`/agents/${id}`, /./);
    const preview = page.getByRole('region', { name: 'Preview' });
    const instructions = page.getByLabel('Instructions', { exact: true });
    await preview.getByRole('textbox', { name: 'Message' }).fill('Count.');
    await page.keyboard.press('Enter');
    await preview.getByText(/word0 /).waitFor();
    await context.setOffline(true);
    await page.getByText(/^You are offline/).waitFor();
    await instructions.fill('Help offline.');
    await page.getByText('1 unsaved change').waitFor();
    await preview.getByRole('textbox', { name: 'Message' }).fill('And then?');
    await stage.check();
    await context.setOffline(false);
    await page.getByText(/^You are offline/).waitFor({ state: 'detached' });
    await release();
    await preview.getByText(/word59/).waitFor();
    await preview.getByRole('button', { name: 'Send' }).waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    const save = dialog.getByRole('button', { name: 'Save and activate' });
    await save.waitFor();
    await context.setOffline(true);
    await save.click();
    await save.getByRole('status', { name: 'Working …' }).waitFor();
    await page.getByText(/^You are offline/).waitFor();
    await context.setOffline(false);
    await page.getByText('As version 2, which is active').waitFor();
    await page.reload();
    await expect
      .poll(() => preview.getByRole('textbox', { name: 'Message' }).inputValue())
      .toBe('And then?');
    await preview.getByText(/word59/).waitFor();
    await preview.getByRole('textbox', { name: 'Message' }).fill('');
  });

  it('asks for the sign-in over the page when the session ends, and continues after it', async () => {
    const { page } = stage;
    await stage.show('/agents/new', 'New agent');
    await page.getByLabel('Name').fill('Half written');
    const { cookies } = await page.context().storageState();
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Create the agent' }).click();
    const asked = page.getByRole('dialog', { name: 'Your sign-in has ended' });
    await asked.getByRole('button', { name: 'Sign in again' }).waitFor();
    await stage.check();
    // Signed in again in another tab.
    await page.context().addCookies(cookies);
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await asked.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Half written');
  });

  it('leaves for the sign-in when the session has ended, and returns to the address', async () => {
    const { page } = stage;
    await page.context().clearCookies();
    await page.goto(`${stage.url}/console/${stage.workspace_id}/agents?q=zebra`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const next = new URL(page.url()).searchParams.get('next');
    expect(next).toBe(`/console/${stage.workspace_id}/agents?q=zebra`);
    await page.goto(await stage.signIn());
    await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
  });

  it('shows that an address has no screen, or belongs to another workspace', async () => {
    const { page } = stage;
    await page.goto(`${stage.url}/console/${stage.workspace_id}/nothing`);
    await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
    await page.goto(`${stage.url}/console/ws_01kajv2q5ve0mt8h2vj3c6x7ra/agents`);
    await page.getByRole('heading', { name: 'You are not a member of this workspace' }).waitFor();
    await stage.check();
  });
});
