import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProtectedServer } from './protected-server.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

interface Agent {
  readonly id: string;
  readonly active_version: { readonly number: number };
  readonly config: { readonly instructions: string; readonly inputs: readonly unknown[] };
}

let stage: ConsoleStage;
let vault: Awaited<ReturnType<typeof openProtectedServer>>;
beforeAll(async () => {
  [stage, vault] = await Promise.all([openConsole(), openProtectedServer()]);
  await stage.page.setViewportSize({ width: 1280, height: 900 });
});
afterAll(async () => {
  vault.stop();
  await stage.close();
});

const read = (id: string) => stage.api.call<Agent>('GET', `/agents/${id}`);
const instructions = () => stage.page.getByLabel('Instructions', { exact: true });
const preview = () => stage.page.getByRole('region', { name: 'Preview' });

/** An agent that answers by quoting a document. */
async function withDocument(text: string, config: object): Promise<Agent> {
  const agent = await stage.api.call<Agent>('POST', '/agents', {
    json: { name: 'Machine help', tags: ['shop'], config },
  });
  const form = new FormData();
  form.append('file', new File([text], 'manual.md', { type: 'text/markdown' }));
  const { id } = await stage.api.call<{ id: string }>('POST', `/agents/${agent.id}/files`, {
    form,
  });
  await expect
    .poll(async () => (await stage.api.call<{ status: string }>('GET', `/files/${id}`)).status, {
      timeout: 150_000,
    })
    .toBe('ready');
  return agent;
}

/** A refusal for want of a price. */
const unpriced = {
  ...{ code: 'budget_exceeded', limit_usd: 5, spent_usd: 0, held_usd: 0, estimate_usd: null },
  budget: { id: 'bud_1', name: 'Each day', scope: 'workspace', period: 'day' },
};

describe('agents', () => {
  it('are created from a template, which opens in the builder', async () => {
    const { page } = stage;
    await stage.show('/agents', 'Agents');
    await page.getByRole('link', { name: 'New agent' }).first().click();
    await page.getByRole('radio', { name: /^Writing assistant/ }).check();
    await stage.check();
    await page.reload();
    await expect
      .poll(() => page.getByRole('radio', { name: /^Writing assistant/ }).isChecked())
      .toBe(true);
    await page.getByLabel('Name').fill('Letter writer');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { level: 1, name: /Letter writer/ }).waitFor();
    await expect.poll(() => instructions().inputValue()).toContain('{{audience}}');
    await page.getByRole('button', { name: 'Insert audience' }).waitFor();
    await page.getByText('As version 1, which is active').waitFor();
    await stage.check();
    await stage.show('/agents/new?template=support', 'New agent');
    await page.getByLabel('Name').fill('Help desk');
    await page.keyboard.press('Control+Enter');
    await page.getByText('It answers from documents only, and has none yet.').waitFor();
    await page.getByRole('link', { name: 'Add documents' }).click();
    await page.getByRole('heading', { name: 'No files yet' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Help desk' }).click();
    await page.getByRole('heading', { level: 1, name: /Help desk/ }).waitFor();
  });

  it('keep a draft, show violations at their field, answer in the preview, and are saved after a look at what changes', async () => {
    const { page } = stage;
    const agent = await withDocument('Descaling takes 45 minutes and must not be interrupted.', {
      instructions: 'Help.\nBe brief.',
    });
    await stage.show(`/agents/${agent.id}?part=knowledge`, /Machine help/);
    const documents = page.getByRole('link', { name: 'Open its documents' });
    await expect.poll(() => documents.getAttribute('href')).toMatch(/\/knowledge\/kb_/);
    await stage.show(`/agents/${agent.id}`, /Machine help/);
    await instructions().fill('Help.\nBe brief and {{mood}}.');
    await page.getByText('{{mood}} is not declared in inputs.').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('alert').filter({ hasText: '{{mood}}' }).first().waitFor();
    await expect.poll(() => instructions().getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Add the input mood' }).click();
    await page.getByText('2 unsaved changes').waitFor();
    await page.reload();
    await expect.poll(() => instructions().inputValue()).toContain('{{mood}}');
    await preview().getByLabel('Mood').fill('kind');
    await preview().getByRole('textbox', { name: 'Message' }).fill('How long does descaling take?');
    await page.keyboard.press('Enter');
    const answer = preview().getByRole('article', { name: 'Answer' });
    await answer.getByText('Descaling takes 45 minutes').waitFor();
    await answer
      .getByRole('button', { name: /manual\.md/ })
      .first()
      .click();
    await answer
      .getByRole('figure')
      .getByText(/must not be interrupted/)
      .waitFor();
    const trace = await answer.getByRole('link', { name: 'Trace' }).getAttribute('href');
    expect(trace).toMatch(/\/sessions\/runs\/run_/);
    await stage.check();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save version 2' });
    await dialog.getByText('{{mood}}').first().waitFor();
    await dialog.getByRole('rowheader', { name: 'inputs' }).waitFor();
    await expect
      .poll(() => page.evaluate('document.activeElement?.labels?.[0]?.textContent'))
      .toContain('What changes');
    await stage.check();
    await dialog.getByLabel('Why').fill('Customers like it');
    await dialog.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('As version 2, which is active').waitFor();
    const saved = await read(agent.id);
    expect(saved.active_version.number).toBe(2);
    expect(saved.config.inputs).toHaveLength(1);
  });

  it('say that another version was activated in the meantime, and bring it in', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Yes.'] }]);
    await stage.show(`/agents/${id}`, /./);
    await instructions().fill('Mine.');
    await stage.api.call('PATCH', `/agents/${id}`, {
      json: { config: { welcome_message: 'Theirs.' } },
    });
    await page.reload();
    await page.getByText(/Version 2 was activated while you worked on version 1/).waitFor();
    await page.getByRole('button', { name: 'Bring in version 2' }).click();
    await preview().getByText('Theirs.').waitFor();
    await expect.poll(() => instructions().inputValue()).toBe('Mine.');
    await page.getByText('1 unsaved change').waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard changes' }).click();
    await expect.poll(() => instructions().inputValue()).toBe('Help.');
  });

  it('are edited as JSON and as a form, and what does not parse is kept', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Yes.'] }]);
    await stage.show(`/agents/${id}?part=output`, /./);
    await page.getByLabel('Answers follow a JSON Schema').check();
    await page.getByRole('button', { name: 'Add a field' }).click();
    await expect
      .poll(() => page.getByLabel('The schema as JSON').inputValue(), { timeout: 150_000 })
      .toContain('field_2');
    await stage.check();
    await page.getByRole('button', { name: 'As JSON' }).click();
    const json = page.getByLabel('Configuration as JSON');
    const text = await json.inputValue();
    await json.fill(text.replace('"Help."', '"Help them."'));
    await page.getByRole('button', { name: 'As a form' }).click();
    await expect.poll(() => instructions().inputValue()).toBe('Help them.');
    await page.getByRole('button', { name: 'As JSON' }).click();
    await json.fill('{ "instructions": ');
    await page.getByText(/^Not applied yet/).waitFor();
    await page.reload();
    await expect.poll(() => json.inputValue()).toBe('{ "instructions": ');
  });

  it('order their fallbacks, filter and pin their knowledge by forms, and connect a server beside the draft', async () => {
    const { page } = stage;
    const model = (name: string) => `openai-compatible/${name}`;
    const { id, base_id } = await stage.agent([{ text: ['Yes.'] }], {
      fallback_models: ['one', 'two', 'three'].map(model),
    });
    await stage.show(`/agents/${id}`, /./);
    const order = () =>
      page
        .getByLabel(/^Fallback model \d/)
        .evaluateAll((fields) =>
          fields.map((field) => (field as unknown as { value: string }).value.split('/')[1]),
        );
    await page.getByRole('button', { name: `Move ${model('three')} up` }).press('Enter');
    await page.getByText('Place 2 of 3').waitFor();
    // The focus has followed the row.
    await page.keyboard.press('Enter');
    await expect.poll(order).toEqual(['three', 'one', 'two']);
    // The events of a drag themselves: those of a mouse are lost on a busy machine when the pointer is lifted early.
    const dataTransfer = await page.evaluateHandle('new DataTransfer()');
    const target = page.locator('.ordered-row').nth(0);
    await page.locator('.grip[draggable=true]').nth(2).dispatchEvent('dragstart', { dataTransfer });
    for (const type of ['dragover', 'drop']) await target.dispatchEvent(type, { dataTransfer });
    await expect.poll(order).toEqual(['two', 'three', 'one']);
    await page.getByRole('heading', { name: 'Knowledge' }).click();
    await page.getByLabel('Search the documents as they are at a revision').check();
    await page.getByLabel(/^Revision of/).fill('0');
    await page.getByText('Retrieval settings').click();
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByLabel('Name', { exact: true }).fill('year');
    await page.getByLabel('Comparison').selectOption('gte');
    await page.getByLabel('Value').fill('2025');
    const json = page.getByLabel('The filter as JSON');
    const filter = { metadata: { year: { gte: 2025 } } };
    await expect.poll(async () => JSON.parse(await json.inputValue())).toEqual(filter);
    await json.fill('{"or":[{"metadata":{"year":2025}},{"tags":"care"}]}');
    await page.getByText('This filter says more than the form can show.').waitFor();
    await json.fill(JSON.stringify(filter));
    await page.getByLabel('Value').waitFor();
    await stage.check();
    await page.getByRole('heading', { name: 'Tools' }).click();
    await page.getByLabel('fetch_url').check();
    await page.getByLabel('Domains never to read').fill('spam.example');
    await page.getByRole('button', { name: 'Connect an MCP server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect an MCP server' });
    await dialog.getByLabel('Name').fill('desk');
    await dialog.getByLabel('Address').fill(`${stage.url}/mcp`);
    await dialog.getByLabel('Access').selectOption('header');
    await dialog.getByLabel('Value').fill(`Bearer ${stage.key}`);
    await dialog.getByRole('button', { name: 'Connect' }).click();
    await page.getByLabel('desk__search').check();
    await page.getByRole('button', { name: 'Connect an MCP server' }).click();
    await dialog.getByLabel('Name').fill('vault');
    await dialog.getByLabel('Address').fill(vault.url);
    await dialog.getByLabel('Access').selectOption('oauth');
    await dialog.getByRole('button', { name: 'Connect' }).click();
    const signIn = page.getByRole('dialog', { name: 'MCP server vault' });
    await signIn.getByText('Nobody has signed in').waitFor();
    await stage.check();
    await signIn.getByRole('button', { name: 'Sign in for the workspace' }).click();
    const opening = page.waitForEvent('popup');
    await signIn.getByRole('link', { name: vault.url.replace('/mcp', '/authorize') }).click();
    const other = await opening;
    await other.getByRole('heading', { name: 'Signed in' }).waitFor();
    await other.close();
    await signIn.getByRole('button', { name: 'Check again' }).click();
    await signIn.getByRole('cell', { name: 'active' }).waitFor();
    await signIn.getByRole('button', { name: 'List its tools' }).click();
    await signIn.waitFor({ state: 'detached' });
    await page.getByLabel('vault__whoami').check();
    await page.getByRole('link', { name: 'New HTTP tool' }).click();
    await page.getByRole('heading', { level: 1, name: 'New tool' }).waitFor();
    await page.goBack();
    await page.getByText('5 unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('As version 2, which is active').waitFor();
    const { config } = await stage.api.call<{ config: object }>('GET', `/agents/${id}`);
    expect(config).toMatchObject({
      ...{ fallback_models: ['two', 'three', 'one'].map(model) },
      ...{ knowledge: { filter, revisions: { [base_id]: 0 } } },
      ...{
        tools: ['fetch_url', 'desk__search', 'vault__whoami'],
        web: { blocked_domains: ['spam.example'] },
      },
    });
  });

  it('are improved by what went wrong: evidence, a difference, and the chosen part of it in the draft', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['A very long answer.'] }], {
      knowledge: { scope: 'general', citations: false },
    });
    await stage.show(`/agents/${id}/improve`, /./);
    await page.getByRole('button', { name: 'Look for improvements' }).click();
    await page.getByRole('heading', { name: 'Nothing to improve' }).waitFor();
    const session = await stage.api.call<{ id: string }>('POST', `/agents/${id}/sessions`, {
      json: {},
    });
    const answer = await stage.api.call<{ id: string }>(
      'POST',
      `/sessions/${session.id}/messages`,
      { json: { message: 'How long is the warranty?' } },
    );
    await stage.api.call('PUT', `/messages/${answer.id}/feedback`, {
      json: { rating: 'down', comment: 'Wrong, and much too long.' },
    });
    await page.getByRole('button', { name: 'Look for improvements' }).click();
    await page.getByText(/Found 1 bad rating/).waitFor();
    await page.getByText('Answer in at most three sentences').waitFor();
    await page.reload();
    await page.getByText('1 reason from practice').first().click();
    await stage.check();
    await page.getByLabel('Take over knowledge.citations').uncheck();
    await page.getByRole('button', { name: 'Open the conversation: How long' }).first().click();
    await page.waitForURL(`**/sessions/${session.id}`);
    await page.goBack();
    await page.getByLabel('Take over knowledge.citations').uncheck();
    await page.getByRole('button', { name: 'Take 2 changes into the draft' }).click();
    await page.getByText('2 unsaved changes').waitFor();
    await expect.poll(() => instructions().inputValue()).toContain('# From feedback');
  });

  it('have versions that are compared, asked the same, labelled and rolled back with a reason', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['The same ', 'answer.'] }]);
    const base = await stage.api.call<{ id: string }>('POST', '/knowledge-bases', {
      json: { name: 'Handbooks of the café' },
    });
    const config = { instructions: 'Help at once.', knowledge: { base_ids: [base.id] } };
    await stage.api.call('PATCH', `/agents/${id}`, {
      json: { config, change_summary: 'Quicker' },
    });
    await stage.show(`/agents/${id}/versions`, /./);
    await page.getByText('Quicker').waitFor();
    await page.getByRole('link', { name: 'What changed' }).click();
    await page.waitForURL('**/versions/1/2');
    await page.getByText('Help at once.').waitFor();
    await page.getByRole('row', { name: /base_ids.*Handbooks of the café/ }).waitFor();
    await page.getByLabel('Questions').fill('First?\nSecond?');
    await page.getByRole('button', { name: 'Ask both' }).click();
    await expect
      .poll(() => page.getByText('The same answer.').count(), { timeout: 150_000 })
      .toBe(4);
    await stage.check();
    await page.getByRole('link', { name: 'Versions', exact: true }).click();
    await page.getByRole('button', { name: 'Actions on version 1' }).click();
    await page.getByRole('menuitem', { name: 'Set a label' }).click();
    await page.getByLabel('Label', { exact: true }).fill('stable');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('listitem').getByText('stable').waitFor();
    await page.getByRole('button', { name: 'Roll back to it' }).click();
    await page
      .getByRole('dialog', { name: 'Roll back to version 1?' })
      .getByLabel('Why')
      .fill('Too quick');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to it' }).click();
    await page.getByRole('cell', { name: 'Too quick' }).waitFor();
    expect((await read(id)).active_version.number).toBe(1);
    await stage.check();
    await page.getByRole('link', { name: 'Version 2' }).click();
    await page.waitForURL('**/versions/1/2');
    await page.getByRole('button', { name: 'Activate version 2' }).click();
    await page.getByRole('dialog', { name: 'Activate version 2?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Test on live traffic' }).click();
    for (const [group, version] of [
      ['Control', 'Version 1 (stable, active)'],
      ['Candidate 1', 'Version 2'],
    ] as const)
      await page
        .getByRole('group', { name: group })
        .locator('option:checked', { hasText: version })
        .waitFor({ state: 'attached' });
    await page.goBack();
    await page.getByRole('button', { name: /^Actions on/ }).click();
    await page.getByRole('menuitem', { name: 'Conversations' }).click();
    await page.waitForURL(`**/sessions?agent=${id}`);
  });

  it('report a failure in the preview, and answer follow-up questions', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Fine.'] }]);
    await stage.show(`/agents/${id}`, /./);
    const runs = /\/api\/v1\/agents\/[^/]+\/runs$/;
    await page.route(runs, (route) =>
      route.fulfill({ status: 402, json: { code: 'budget_exceeded', detail: 'No money left.' } }),
    );
    await preview().getByRole('textbox', { name: 'Message' }).fill('Hello?');
    await preview().getByRole('button', { name: 'Send' }).click();
    await preview().getByText('No money left.').waitFor();
    await page.unroute(runs);
    await page.route(runs, (route) =>
      route.fulfill({ status: 402, json: { ...unpriced, detail: 'Set it with `PUT /prices`.' } }),
    );
    await page.getByRole('button', { name: 'Ask the last question again' }).click();
    await preview().getByText('the budget “Each day” refuses such models').waitFor();
    await expect.poll(() => preview().getByText('PUT /prices').count()).toBe(0);
    await preview().getByRole('link', { name: 'Open the budget' }).waitFor();
    const way = preview().getByRole('link', { name: 'Set the price of the model' });
    await expect.poll(() => way.getAttribute('href')).toMatch(/\/cost\/prices$/);
    await page.unroute(runs);
    await page.getByRole('button', { name: 'Ask the last question again' }).click();
    await preview().getByText('Fine.').waitFor();
    const followUp = page.waitForRequest(runs);
    await preview().getByRole('textbox', { name: 'Message' }).fill('And then?');
    await page.keyboard.press('Enter');
    expect((await followUp).postDataJSON().history).toEqual([
      { role: 'user', text: 'Hello?' },
      { role: 'assistant', text: 'Fine.' },
    ]);
    await expect.poll(() => preview().getByText('Fine.').count(), { timeout: 150_000 }).toBe(2);
    await expect.poll(() => preview().getByText('No money left.').count()).toBe(0);
  });

  it('ask for the evaluation that activations require, and let an admin continue with a reason', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Yes.'] }]);
    const dataset = await stage.api.call<{ id: string }>('POST', '/datasets', {
      json: { name: 'Gate', agent_id: id },
    });
    await stage.show(`/agents/${id}/settings`, /./);
    await page.getByLabel('Dataset').selectOption(dataset.id);
    await page.getByRole('button', { name: 'Save', exact: true }).last().click();
    await page.getByText('Saved.').first().waitFor();
    await page.getByRole('link', { name: 'Builder' }).click();
    await instructions().fill('Help more.');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('button', { name: 'Save and activate' }).click();
    await page
      .getByRole('alert')
      .getByText(/No evaluation of this configuration/)
      .waitFor();
    await stage.check();
    await page.getByLabel('Why without the evaluation').fill('Urgent');
    await page.getByRole('button', { name: 'Save and activate' }).click();
    await page.getByText('As version 2, which is active').waitFor();
    await stage.show(`/agents/${id}/versions`, /./);
    await page.getByRole('cell', { name: 'Without the evaluation: Urgent' }).waitFor();
  });

  it('stop an answer in the preview, and keep its text so far', async () => {
    const words = Array.from({ length: 200 }, (_, index) => `word${index} `);
    const { id } = await stage.agent([{ text: words, fault: { kind: 'stall', events: 20 } }]);
    await stage.show(`/agents/${id}`, /./);
    await preview().getByRole('textbox', { name: 'Message' }).fill('Count.');
    await stage.page.keyboard.press('Enter');
    await preview()
      .getByText(/word0 /)
      .waitFor();
    await preview().getByRole('button', { name: 'Stop' }).click();
    await preview().getByText('Stopped. The text so far is kept.').waitFor();
    await preview().getByRole('button', { name: 'Send' }).waitFor();
    expect(
      await preview()
        .getByText(/word199/)
        .count(),
    ).toBe(0);
  });

  it('are archived and restored, exported and imported', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Yes.'] }]);
    await stage.api.call('PATCH', `/agents/${id}`, { json: { name: 'Old one', slug: 'old-one' } });
    const manifest = await stage.api.call<object>('GET', `/agents/${id}/export`);
    await stage.show('/agents?q=old', 'Agents');
    await page.getByRole('button', { name: 'Actions on Old one' }).click();
    await page.getByRole('menuitem', { name: 'Archive the agent' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Archive the agent' }).click();
    await page.getByRole('heading', { name: 'No agent matches' }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('true');
    await page.getByRole('link', { name: 'Old one' }).click();
    await page.getByText(/is archived: it does not answer/).waitFor();
    await expect.poll(() => instructions().isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Actions on Old one' }).click();
    await page.getByRole('menuitem', { name: 'Restore' }).click();
    await page.getByRole('button', { name: 'Review and save' }).waitFor();
    await stage.show('/agents/new/import', 'New agent');
    await page.getByLabel('Choose or drop a file').setInputFiles({
      ...{ name: 'old.agent.json', mimeType: 'application/json' },
      buffer: Buffer.from(JSON.stringify(manifest)),
    });
    await page.getByText(/The slug old-one is in use/).waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Import the agent' }).click();
    await page.getByRole('link', { name: 'Open the agent' }).click();
    await page.getByRole('heading', { level: 1, name: /Old one/ }).waitFor();
  });

  it('are designed with the architect', async () => {
    const { page } = stage;
    await stage.show('/agents/new/architect', 'New agent');
    await page.getByRole('button', { name: 'Begin a conversation' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('Answer questions about bicycles');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: /bicycles/i }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 2, name: /bicycles/i }).waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Create the agent' }).click();
    await page.getByText('As version 1, which is active').waitFor();
  });

  it('fit in 380 pixels, in the dark', async () => {
    const { page } = stage;
    const { id } = await stage.agent([{ text: ['Yes.'] }]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 380, height: 740 });
    for (const path of ['', '/versions', '/versions/1/1', '/settings']) {
      await stage.show(`/agents/${id}${path}`, /./);
      await page.getByRole('navigation', { name: 'Parts of the agent' }).waitFor();
      await expect
        .poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
        .toBe(true);
      await stage.check();
    }
    await stage.show(`/agents/${id}`, /./);
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await preview().getByRole('textbox', { name: 'Message' }).waitFor();
    await stage.check();
  });
});
