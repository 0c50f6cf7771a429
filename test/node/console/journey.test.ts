import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

const manual = {
  ...{ name: 'manual.pdf', mimeType: 'application/pdf' },
  buffer: readFileSync(
    join(import.meta.dirname, '../../../scripts/samples/espresso-machine-manual.pdf'),
  ),
};

const customers = 4;
const password = 'correct horse battery';

interface Write {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

/** Changes that the console of the owner has sent. */
const writes: Write[] = [];
let viewer: Page;
let stage: ConsoleStage;
let page: Page;

beforeAll(async () => {
  stage = await openConsole();
  ({ page } = stage);
  page.on('request', (request) => {
    if (request.method() === 'GET' || !request.url().includes('/api/v1/')) return;
    writes.push({ method: request.method(), url: request.url(), body: request.postData() });
  });
});
afterAll(() => stage.close());

/** Looks now, after a reload, and after leaving by the navigation and coming back. */
const survives = async (holds: () => Promise<unknown>) => {
  await holds();
  await page.reload();
  await holds();
  const before = page.url();
  if (await page.getByRole('dialog').isVisible()) await page.keyboard.press('Escape');
  await area('Tools').click();
  await page.getByRole('heading', { level: 1, name: 'Tools' }).waitFor();
  await page.goBack();
  await page.waitForURL(before);
  await holds();
};
const area = (name: string) =>
  page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name, exact: true });
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const preview = () => page.getByRole('region', { name: 'Preview' });
const instructions = () => page.getByLabel('Instructions', { exact: true });
const holdsValue = (of: () => ReturnType<Page['getByLabel']>, value: string) => async () =>
  expect.poll(() => of().inputValue(), { timeout: 150_000 }).toBe(value);

describe('one person', () => {
  it('signs in by the printed link, and creates an agent from a template', async () => {
    await heading('Agents');
    await page.getByRole('link', { name: 'New agent' }).first().click();
    await page.getByRole('radio', { name: /^Questions on documents/ }).check();
    await page.getByLabel('Name').fill('Machine help');
    await survives(async () => {
      await holdsValue(() => page.getByLabel('Name'), 'Machine help')();
      await expect
        .poll(() => page.getByRole('radio', { name: /^Questions on documents/ }).isChecked())
        .toBe(true);
    });
    await page.getByLabel('Name').press('Control+Enter');
    await heading(/Machine help/);

    await survives(() => page.getByText('As version 1, which is active').waitFor());
  });

  it('creates knowledge, and sees the progress of a document', async () => {
    await area('Knowledge').click();
    await button('New knowledge base').first().click();
    const dialog = page.getByRole('dialog', { name: 'New knowledge base' });
    await dialog.getByLabel('Name').fill('Handbooks');
    await survives(async () => {
      if (!(await dialog.isVisible())) await button('New knowledge base').first().click();
      await holdsValue(() => dialog.getByLabel('Name'), 'Handbooks')();
    });
    await dialog.getByRole('button', { name: 'New knowledge base' }).click();
    await heading('Handbooks');
    await page.evaluate(recordProgress);
    await page.locator('input[type=file][aria-label="Choose files"]').setInputFiles(manual);
    await page.getByRole('row', { name: /manual\.pdf.*Ready/ }).waitFor();
    const seen = await page.evaluate<string[]>('globalThis.seenProgress');
    expect(seen).toEqual(
      expect.arrayContaining(['Comparing with the files of the base', 'Uploading', 'Ready']),
    );
    await survives(() => page.getByRole('row', { name: /manual\.pdf.*Ready/ }).waitFor());
  });

  it('asks the unsaved draft, and opens the citation of its answer at the page', async () => {
    await area('Agents').click();
    await page.getByRole('link', { name: 'Machine help' }).click();
    await page.getByRole('heading', { level: 2, name: 'Knowledge' }).click();
    await page.getByRole('checkbox', { name: 'Handbooks' }).check();
    await survives(() => page.getByText('1 unsaved change').waitFor());
    const message = () => preview().getByRole('textbox', { name: 'Message' });
    await message().fill('How long does descaling take?');
    await survives(holdsValue(message, 'How long does descaling take?'));
    await message().press('Enter');
    const answer = preview().getByRole('article', { name: 'Answer' });
    await survives(() =>
      answer
        .getByText(/45 minutes/)
        .first()
        .waitFor(),
    );
    await answer
      .getByRole('button', { name: /manual\.pdf/ })
      .first()
      .click();
    await answer
      .getByRole('figure')
      .getByRole('link', { name: /manual\.pdf, page \d/ })
      .click();
    await heading('manual.pdf');
    await page.locator('[data-drawn]').waitFor();
    await page.locator('.knowledge-box').first().waitFor();
    await page.reload();
    await page.locator('.knowledge-box').first().waitFor();
    await page.goBack();
    await answer
      .getByText(/45 minutes/)
      .first()
      .waitFor();
  });

  it('changes the instructions, reviews what changes, and saves version 2', async () => {
    await instructions().fill('Answer from the documents only.\nBe brief.');
    await survives(() => page.getByText('2 unsaved changes').waitFor());
    const dialog = page.getByRole('dialog', { name: 'Save version 2' });
    await button('Review and save').click();
    await dialog.getByLabel('What changes').fill('Shorter');
    await dialog.getByLabel('Why').fill('Customers like it');
    await survives(async () => {
      if (!(await dialog.isVisible())) await button('Review and save').click();
      await dialog.getByText('Be brief.').first().waitFor();
      await holdsValue(() => dialog.getByLabel('Why'), 'Customers like it')();
    });
    await dialog.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('As version 2, which is active').waitFor();
  });

  it('sees the difference in the versions, and rolls back in two clicks with a reason', async () => {
    await page.getByRole('link', { name: 'Versions' }).click();
    await survives(() => page.getByText('Shorter').first().waitFor());
    await page.getByRole('link', { name: 'Version 1', exact: true }).click();
    await survives(() => page.getByText('Be brief.').first().waitFor());
    await page.goBack();
    const dialog = page.getByRole('dialog');
    await button('Roll back to it').click();
    await dialog.getByLabel('Why').fill('Too brief');
    await survives(async () => {
      if (!(await dialog.isVisible())) await button('Roll back to it').click();
      await holdsValue(() => dialog.getByLabel('Why'), 'Too brief')();
    });
    await dialog.getByRole('button', { name: 'Roll back to it' }).click();
    await survives(() => page.getByRole('cell', { name: 'Too brief' }).waitFor());
    await page.getByRole('heading', { level: 1, name: /Version 1 active|version 1/i }).waitFor();
  });

  it('compares the versions in an experiment, in which customers ask', async () => {
    await area('Experiments').click();
    await page.getByRole('link', { name: 'New experiment' }).first().click();
    await page.getByRole('combobox', { name: 'Agent' }).selectOption({ label: 'Machine help' });
    const version = (group: string) =>
      page.getByRole('group', { name: group }).getByRole('combobox', { name: 'Version' });
    await page.getByRole('textbox', { name: 'Name' }).first().fill('Shorter answers');
    await version('Control').selectOption({ label: 'Version 1 (active)' });
    await version('Candidate 1').selectOption({ label: 'Version 2' });
    await survives(async () => {
      await holdsValue(
        () => page.getByRole('textbox', { name: 'Name' }).first(),
        'Shorter answers',
      )();
      await expect
        .poll(() => version('Candidate 1').inputValue(), { timeout: 150_000 })
        .not.toBe('');
    });
    await button('Create the draft').click();
    await heading('Shorter answers');
    await survives(() => button('Start').waitFor());
    await button('Start').click();
    await button('Start the experiment').click();
    await page.getByText('Running').first().waitFor();
    await customersAsk();
  });

  it('approves a call of a tool, and sees that the run continued', async () => {
    const { run } = await cancelOrder();
    await area('Approvals').click();
    const call = page.getByRole('listitem').filter({ hasText: 'cancel_order' });
    await call.getByLabel('Reason').fill('The customer asked for it.');
    await survives(holdsValue(() => call.getByLabel('Reason'), 'The customer asked for it.'));
    await call.getByRole('button', { name: 'Approve' }).click();
    await call.waitFor({ state: 'detached' });
    await page.getByLabel('Show').selectOption({ label: 'Approved' });
    await survives(() => call.getByText('The customer asked for it.').waitFor());
    await call.getByRole('link', { name: 'Trace' }).click();
    await page.waitForURL(`**/runs/${run}`);
    await page.getByText('Completed').first().waitFor();
  });

  it('sees steps, tokens and cost of the run, and what the model was given', async () => {
    await survives(async () => {
      await page.getByRole('button', { name: /^Tool cancel_order/ }).waitFor();
      await page.getByText('US$0.20').first().waitFor();
    });
    await page
      .getByRole('button', { name: /^Model/ })
      .first()
      .click();
    await page.getByText('Cancel order 4711.').first().waitFor();
  });

  it('sets a budget, which a run reports to be used up, raises it and continues', async () => {
    await area('Cost').click();
    await page.getByRole('link', { name: 'Budgets' }).click();
    const dialog = page.getByRole('dialog', { name: 'New budget' });
    const name = () => dialog.getByRole('textbox', { name: 'Name' });
    const limit = () => dialog.getByRole('spinbutton', { name: 'Limit in US dollars' });
    await button('New budget').click();
    await name().fill('Each day');
    await limit().fill('0.1');
    await dialog.getByRole('combobox', { name: 'Period' }).selectOption('Day');
    await survives(async () => {
      if (!(await dialog.isVisible())) await button('New budget').click();
      await holdsValue(name, 'Each day')();
      await holdsValue(limit, '0.1')();
    });
    await dialog.getByRole('button', { name: 'Create the budget' }).click();
    await page.getByRole('link', { name: 'Each day' }).waitFor();
    await area('Agents').click();
    await page.getByRole('link', { name: 'Order help' }).click();
    await preview().getByRole('textbox', { name: 'Message' }).fill('Where is my order?');
    await button('Send').click();
    await survives(() =>
      preview()
        .getByText(/Each day/)
        .first()
        .waitFor(),
    );
    await preview().getByRole('link', { name: 'Open the budget to raise its limit' }).click();
    await heading('Each day');
    await button('Change').click();
    const change = page.getByRole('dialog', { name: /Each day/ });
    await change.getByRole('spinbutton', { name: 'Limit in US dollars' }).fill('5');
    await change.getByRole('button', { name: 'Save the budget' }).click();
    await page.getByText(/of US\$5.00 used/).waitFor();
    await page.goBack();
    await button('Ask the last question again').click();
    await survives(() => preview().getByText('It is cancelled.').first().waitFor());
  });

  it('sees live results of the experiment, and promotes the better version', async () => {
    await area('Experiments').click();
    await page.getByRole('link', { name: 'Shorter answers' }).click();
    await heading(/Shorter answers/);
    // The API counts runs after some seconds; the page looks for it every 15 seconds, or with a reload.
    const id = /exp_\w+/.exec(page.url())?.[0];
    await expect.poll(() => subjectsOf(id), { timeout: 150_000 }).toBe(customers);
    await page.reload();
    await survives(() => expect.poll(subjects, { timeout: 150_000 }).toBe(customers));
    const dialog = page.getByRole('dialog', { name: 'Conclude the experiment' });
    await button('Conclude').click();
    await dialog.getByRole('combobox', { name: 'Winner' }).selectOption({
      label: 'candidate (version 2)',
    });
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Fewer words help.');
    await survives(async () => {
      if (!(await dialog.isVisible())) await button('Conclude').click();
      await dialog.getByText('the active version changes from 1 to 2').waitFor();
      await holdsValue(
        () => dialog.getByRole('textbox', { name: 'Reason' }),
        'Fewer words help.',
      )();
    });
    await dialog.getByRole('button', { name: 'Promote candidate' }).click();
    await page.getByText('Concluded').first().waitFor();
    await area('Agents').click();
    await page.getByRole('link', { name: 'Machine help' }).click();
    await survives(() => page.getByText('As version 2, which is active').waitFor());
  });
});

describe('another person', () => {
  it('accepts an invitation as a viewer', async () => {
    await area('Settings').click();
    await page.getByRole('link', { name: 'Members' }).click();
    await button('Invite a person').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('grace@example.com');
    await dialog.getByLabel('Role').selectOption('viewer');
    await dialog.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByRole('cell', { name: 'grace@example.com', exact: true }).waitFor();
    viewer = await signInAs('Grace');
  });

  it('has no control that changes something on any screen as a viewer', async () => {
    const found = await controlsOf(viewer);
    expect(Object.keys(found).length).toBeGreaterThan(40);
    const others = Object.entries(found).flatMap(([path, controls]) =>
      controls.filter((one) => !reads.test(one)).map((one) => `${path}: ${one}`),
    );
    expect(others).toEqual([]);
  });

  it('is refused by the API what the console of the owner has sent, and changes nothing', async () => {
    const before = await everything();
    // A plan is a reading: it contains what a change would be.
    const sent = writes.filter(({ url }) => !/\/(?:auth|me|plan)(?:\/|$)/.test(url));
    expect(sent.length).toBeGreaterThan(12);
    const statuses = await sendAs(viewer, sent);
    expect(sent.filter((_, index) => statuses[index] !== 403)).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('becomes an editor, who may change agents and is refused what belongs to admins', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Actions: Grace', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Change the role' }).click();
    await page.getByRole('dialog').getByLabel('Role').selectOption('editor');
    await page.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
    await page.getByRole('row', { name: /Grace.*Editor/ }).waitFor();
    await viewer.goto(`${stage.url}/console/${stage.workspace_id}/agents`);
    await viewer.getByRole('link', { name: 'New agent' }).first().waitFor();
    await viewer.goto(`${stage.url}/console/${stage.workspace_id}/cost`);
    await viewer.getByRole('link', { name: 'Prices' }).waitFor();
    await expect.poll(() => viewer.getByRole('link', { name: 'Budgets' }).count()).toBe(0);
    const sent = writes.filter(({ url }) => /\/(?:budgets|invitations|members)\b/.test(url));
    const statuses = await sendAs(viewer, sent);
    expect(statuses).toEqual(sent.map(() => 403));
  });

  it('sees no draft and no saved filter of the owner, who has signed out in all tabs of the same browser', async () => {
    await area('Sessions').click();
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('order');
    await button('Save these filters').click();
    await page.getByLabel('Name of the filters').fill('Orders');
    await page.keyboard.press('Enter');
    await button('Orders').waitFor();
    const [other] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(`void open('/console/${stage.workspace_id}/agents/new')`),
    ]);
    await other.getByLabel('Name').fill('A secret plan');
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page
      .getByRole('alertdialog', { name: 'Sign out?' })
      .getByRole('button', { name: 'Sign out' })
      .click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.close();
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('A secret plan');
    await page.getByLabel('E-mail', { exact: true }).fill('grace@example.com');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await button('Account: Grace').waitFor();
    await area('Sessions').click();
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('order');
    await button('Save these filters').waitFor();
    await expect.poll(() => button('Orders').count()).toBe(0);
    await stage.show('/agents/new', 'New agent');
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('');
    await page.goto(await stage.signIn());
    await button('Account: Owner').waitFor();
    await stage.show('/sessions', 'Sessions');
    await button('Orders').waitFor();
  });
});

/** End users with answers, of both variants. */
async function subjects(): Promise<number> {
  const rows = page.getByRole('table', { name: 'Variants' }).locator('tbody tr');
  const counts = await rows.locator('td:nth-child(4)').allInnerTexts();
  return counts.reduce((sum, text) => sum + Number(text), 0);
}

/** The same, as the API counts them. */
async function subjectsOf(experiment = ''): Promise<number> {
  const { variants } = await stage.api.call<{ variants: { subjects: number }[] }>(
    ...(['GET', `/experiments/${experiment}/results`] as const),
  );
  return variants.reduce((sum, variant) => sum + variant.subjects, 0);
}

/** Customers of the agent, in software of others. */
async function customersAsk(): Promise<void> {
  const { api } = stage;
  const { data } = await api.call<{ data: { id: string; name: string }[] }>('GET', '/agents');
  const agent = data.find(({ name }) => name === 'Machine help')?.id;
  await Promise.all(
    Array.from({ length: customers }, async (_, index) => {
      const session = await api.call<{ id: string }>('POST', `/agents/${agent}/sessions`, {
        json: { end_user_id: `customer-${index}` },
      });
      const answer = await api.call<{ id: string }>('POST', `/sessions/${session.id}/messages`, {
        json: { message: 'How long does descaling take?' },
      });
      await api.call('PUT', `/messages/${answer.id}/feedback`, {
        json: { rating: index % 2 === 0 ? 'up' : 'down' },
      });
    }),
  );
}

/** A customer whose request needs a tool that a person approves; the model is scripted, and has a price. */
async function cancelOrder(): Promise<{ run: string }> {
  const { api } = stage;
  const url = stage.serve('/orders/4711', 'Cancelled');
  await api.call('POST', '/tools', {
    json: {
      ...{ name: 'cancel_order', description: 'Cancels an order.', effect: 'destructive' },
      ...{ method: 'GET', url, input_schema: { type: 'object', properties: {} } },
    },
  });
  const usage = { input_tokens: 100, output_tokens: 50 };
  const rounds = [
    { tool_calls: [{ id: 'call_1', name: 'cancel_order', arguments: {} }], usage },
    { text: ['It is cancelled.'], usage },
  ];
  const { id } = await stage.agent(rounds, {
    ...{ tools: ['cancel_order'], approvals: { destructive: 'always' } },
    settings: { max_output_tokens: 100 },
  });
  await api.call('PATCH', `/agents/${id}`, { json: { name: 'Order help' } });
  await api.call('PUT', '/prices', {
    json: { overrides: [{ model: 'openai-compatible/scripted', input: 1000, output: 2000 }] },
  });
  const session = await api.call<{ id: string }>('POST', `/agents/${id}/sessions`, {
    json: { end_user_id: 'customer-9', title: 'Order 4711' },
  });
  const { run_id } = await api.call<{ run_id: string }>(
    'POST',
    `/sessions/${session.id}/messages`,
    {
      json: { message: 'Cancel order 4711.' },
    },
  );
  return { run: run_id };
}

/** Signs a person in who was invited, in a browser of their own. */
async function signInAs(name: string): Promise<Page> {
  const other = await page.context().browser()?.newPage({ locale: 'en-GB' });
  if (other === undefined) throw new Error('The browser has ended.');
  other.setDefaultTimeout(30_000);
  const mailed = () =>
    stage.lines.map((line) => /#invitation=([\w.-]+)/.exec(line)?.[1]).findLast(Boolean);
  await expect.poll(mailed, { timeout: 150_000 }).toBeTruthy();
  await other.goto(`${stage.url}/account#invitation=${mailed()}`);
  await other.getByLabel('Name', { exact: true }).fill(name);
  await other.getByLabel('New password').fill(password);
  await other.getByRole('button', { name: 'Join' }).click();
  await other.waitForURL(`**/console/${stage.workspace_id}/**`);
  return other;
}

/** Every button, item of a menu and field that can be used, by screen: all that links lead to, one of each kind. */
async function controlsOf(other: Page): Promise<Record<string, string[]>> {
  const home = `/console/${stage.workspace_id}`;
  const kindOf = (path: string) =>
    path.slice(home.length).replaceAll(/(?<=\/)(?:[a-z]{2,4}_\w+|customer-\d|\d+)/g, '*');
  const found: Record<string, string[]> = {};
  const queue = [`${home}/agents`, `${home}/agents/new`];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    // As a link does, without loading the page again.
    await other.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
    await other.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    await other.locator('main h1').first().waitFor();
    await expect.poll(() => other.locator('.spinner').count(), { timeout: 150_000 }).toBe(0);
    const { controls, links } = await other.evaluate<Usable>(usable);
    found[kindOf(path)] = [...controls, ...(await itemsOf(other))];
    for (const link of links)
      if (found[kindOf(link)] === undefined && !queue.some((one) => kindOf(one) === kindOf(link)))
        queue.push(link);
  }
  return found;
}

/** Items of the menus of a screen. */
async function itemsOf(other: Page): Promise<string[]> {
  const items: string[] = [];
  for (const menu of await other.locator('main [aria-haspopup=menu]').all()) {
    await menu.click();
    await other.getByRole('menuitem').first().waitFor();
    for (const item of await other.getByRole('menuitem').allInnerTexts())
      items.push(`menuitem ${item}`);
    await other.keyboard.press('Escape');
    await other.getByRole('menuitem').first().waitFor({ state: 'detached' });
  }
  return items;
}

interface Usable {
  readonly controls: string[];
  readonly links: string[];
}

const usable = `(() => {
  const all = (selector) => [...document.querySelectorAll('main ' + selector)].filter((one) => one.checkVisibility());
  const nameOf = (one) => one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
  return {
    controls: all(':is(button, input, textarea, select):enabled, main [contenteditable=true]')
      .filter((one) => !one.readOnly).map((one) => one.localName + ' ' + nameOf(one).trim()),
    links: [...document.querySelectorAll('nav a, main a')].map((one) => new URL(one.href))
      .filter((one) => one.origin === location.origin && one.pathname.startsWith('/console/'))
      .map((one) => one.pathname.replace(/[/]$/, '')),
  };
})()`;

/** The lists of all that the owner's way has made. */
async function everything(): Promise<unknown[]> {
  const lists = ['/agents', '/knowledge-bases', '/budgets', '/approvals', '/members'];
  return Promise.all(lists.map((path) => stage.api.call('GET', path)));
}

/** Sends what another person's page has sent. Returns the status of each reply. */
const sendAs = (other: Page, sent: readonly Write[]): Promise<number[]> =>
  other.evaluate(`Promise.all(${JSON.stringify(sent)}.map(({ method, url, body }) => fetch(url, {
    method, body, headers: { 'content-type': 'application/json', 'agentgrid-workspace': '${stage.workspace_id}' },
  }).then(({ status }) => status)))`);

/** Controls that change nothing: filters, searches, copies, downloads, and what opens something to read. */
const reads = new RegExp(
  '^(?:select (?:Agent|State|Effect|Status|Show|Period|Time zone|Compare by|Break down by|With a run that is|Feedback|Archived|Failures|Reason|Reviewer|Due|Measure|Outcome|Source|Sorted by|Coverage by documents)' +
    '|input (?:Search.*|End user|From|To|From revision|To revision|Tag|Cost from, in US\\$|Model|Operation|Provider|Beginning of the id|Active from|Active until|Version)' +
    '|button (?:Copy|Show more|Compare|Download as CSV|Export as CSV|Actions on .*|Search hybrid.*|Model openai-compatible.*|Unified|Side by side)' +
    '|menuitem (?:Export.*|Compare with the active version|Conversations|Cost|Share))$',
);

/** Collects what the page says about uploads. */
const recordProgress = `globalThis.seenProgress = []; new MutationObserver(() => {
  for (const one of document.querySelectorAll('.knowledge-upload .knowledge-status .small, .knowledge-upload .badge'))
    if (!globalThis.seenProgress.includes(one.textContent)) globalThis.seenProgress.push(one.textContent);
}).observe(document.body, { childList: true, subtree: true, characterData: true });`;
