import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

interface Named {
  readonly id: string;
}

const csv = 'Question,answer,tags\nHow often do I descale?,Every three months.,care\n';
let stage: ConsoleStage;
let agent: string;
let dataset: string;

beforeAll(async () => {
  stage = await openConsole();
  const { api } = stage;
  ({ id: agent } = await stage.agent([{ text: ['Every three months.'] }]));
  await api.call('PATCH', `/agents/${agent}`, { json: { name: 'Coffee help' } });
  await api.call('POST', `/agents/${agent}/versions`, {
    json: { config: { instructions: 'Answer in one sentence.' } },
  });
});
afterAll(() => stage.close());

describe('datasets', () => {
  it('are created, and cases are written, imported, changed and deleted', async () => {
    const { page, api } = stage;
    await stage.show('/evaluation/datasets', 'Evaluation');
    await page.getByText('No datasets yet').waitFor();
    await page.getByRole('button', { name: 'New dataset' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Descaling');
    await page.getByRole('button', { name: 'Create the dataset' }).click();
    await page.getByRole('heading', { level: 1, name: 'Descaling' }).waitFor();
    await page.getByText('No cases yet').waitFor();
    await stage.check();
    await page.getByRole('link', { name: 'Add a case' }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill('Who won the World Cup?');
    await page.getByRole('combobox', { name: 'Refusal' }).selectOption({ label: 'Must decline' });
    await page.reload();
    const question = page.getByRole('textbox', { name: 'Question' });
    await expect.poll(() => question.inputValue()).toBe('Who won the World Cup?');
    await stage.check();
    await page.getByRole('button', { name: 'Add a case' }).click();
    await page.getByRole('link', { name: 'Who won the World Cup?' }).waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import cases' });
    await dialog.getByLabel('File').setInputFiles({
      ...{ name: 'cases.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
    });
    await stage.check();
    await dialog.getByRole('button', { name: 'Import' }).click();
    await page.getByText('1 case was imported').waitFor();
    await page.getByRole('link', { name: 'How often do I descale?' }).click();
    await page.getByRole('textbox', { name: 'Facts' }).fill('three months');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Every three months. · 1 fact').waitFor();
    await page.getByRole('link', { name: 'Who won the World Cup?' }).click();
    await page.getByRole('button', { name: 'Delete the case' }).click();
    const question2 = page.getByRole('alertdialog', { name: 'Delete this case?' });
    await question2.getByRole('button', { name: 'Delete the case' }).click();
    await page.getByRole('link', { name: 'How often do I descale?' }).waitFor();
    await page.getByRole('link', { name: 'Revisions' }).click();
    await page.getByText('Case deleted').first().waitFor();
    const { data } = await api.call<{ data: Named[] }>('GET', '/datasets');
    dataset = data[0]?.id ?? '';
    const { data: cases } = await api.call<{ data: unknown[] }>(
      'GET',
      `/datasets/${dataset}/cases`,
    );
    expect(cases).toHaveLength(1);
  });
});

describe('evaluations', () => {
  it('name their size before, run, and show each answer beside what was expected', async () => {
    const { page } = stage;
    await stage.show(`/evaluation/new?dataset=${dataset}&agent=${agent}`, 'New evaluation');
    const [first, second] = [/Version 1/, /Version 2/].map((name) =>
      page.getByRole('checkbox', { name, checked: true }),
    );
    await first?.waitFor();
    await second?.uncheck();
    await first?.uncheck();
    await page.getByRole('button', { name: 'Start the evaluation' }).click();
    await page.getByText('Choose at least one version.').waitFor();
    await page.getByRole('checkbox', { name: /Version 1/ }).check();
    await page.getByRole('checkbox', { name: /Version 2/ }).check();
    await page.getByText('2 answers will be given and scored.').waitFor();
    await page.getByText('this agent was not evaluated before').waitFor();
    await page.getByText(/The price of .* is not known/).waitFor();
    await page.getByRole('spinbutton', { name: 'Cost limit in US dollars' }).fill('');
    await page.getByRole('button', { name: 'Start the evaluation' }).click();
    await page.getByRole('heading', { level: 1, name: /Completed/ }).waitFor();
    await page.getByRole('heading', { name: 'Summary' }).waitFor();
    await page.getByRole('link', { name: /^Descaling, revision \d+$/ }).waitFor();
    const result = page.locator('details.result', { hasText: 'How often do I descale?' }).first();
    await result.locator('summary').click();
    await result.getByText('three months', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Not passed' });
    await page.getByText('No results').waitFor();
    await page.reload();
    await page.getByText('No results').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'All' });
    await result.locator('summary').click();
    await result.getByRole('link', { name: 'Earlier results' }).click();
    const past = page.getByRole('table', { name: 'Earlier results' });
    await past.getByRole('cell', { name: 'Version 2' }).waitFor();
    await stage.check();
    await past.getByRole('link').first().click();
    await page.getByText('Results of one case.').waitFor();
    await page.getByRole('button', { name: 'Show all cases' }).click();
    await page.waitForURL(/^[^?]*$/);
  });

  it('are compared case by case', async () => {
    const { page } = stage;
    await stage.show('/evaluation', 'Evaluation');
    await page.getByRole('link', { name: 'Version 1, Version 2' }).click();
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByText('1 case was answered by both.').waitFor();
    const chosen = (name: string) =>
      page.getByRole('combobox', { name }).locator('option:checked').innerText();
    expect(await chosen('This evaluation')).toBe('Version 2');
    expect(await chosen('Compared with')).toContain('Version 1');
    await page.getByText(/how likely so large a difference is/).waitFor();
    const activate = page.getByRole('link', { name: 'Activate version 2' });
    await expect.poll(() => activate.getAttribute('href')).toContain('/versions/1/2?activate=2');
    const experiment = page.getByRole('link', { name: 'Experiment between these two' });
    await expect
      .poll(() => experiment.getAttribute('href'))
      .toMatch(/control=ver_\w+&candidate=ver_\w+$/);
    await page.getByText('No case got worse').waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'All cases' });
    const pair = page.locator('li.card', { hasText: 'How often do I descale?' });
    await expect.poll(() => pair.getByText('Every three months.', { exact: true }).count()).toBe(3);
    const words = page.getByRole('searchbox', { name: 'Search cases and answers' });
    await words.fill('espresso');
    await page.getByText('No case matches').waitFor();
    await words.fill('THREE months');
    await pair.waitFor();
  });

  it('show why they cannot start at the field it belongs to', async () => {
    const { page } = stage;
    await stage.show(`/evaluation/new?dataset=${dataset}&agent=${agent}`, 'New evaluation');
    await page.getByRole('checkbox', { name: /Version 1/, checked: true }).waitFor();
    await page.getByRole('combobox', { name: 'Type' }).selectOption({ label: 'Matches a pattern' });
    await page.getByRole('textbox', { name: 'Pattern' }).fill('(');
    await page.getByRole('button', { name: 'Start the evaluation' }).click();
    await page.locator('[aria-invalid="true"]').waitFor();
    await stage.check();
  });
});

describe('replays', () => {
  it('answer a past turn again, and show both answers', async () => {
    const { page, api } = stage;
    const price = { model: 'openai-compatible/scripted', input: 1, output: 1 };
    await api.call('PUT', '/prices', { json: { overrides: [price] } });
    const { id: session } = await api.call<Named>('POST', `/agents/${agent}/sessions`, {
      json: {},
    });
    await api.call('POST', `/sessions/${session}/messages`, { json: { message: 'How often?' } });
    await stage.show('/evaluation/replays', 'Evaluation');
    await page.getByText('No replays yet').waitFor();
    await page.getByRole('link', { name: 'New replay' }).click();
    await page.getByRole('combobox', { name: 'Agent' }).selectOption({ label: 'Coffee help' });
    await page.getByRole('option', { name: 'Version 2' }).waitFor({ state: 'attached' });
    await page.getByRole('combobox', { name: 'Version' }).selectOption({ label: 'Version 2' });
    await stage.check();
    await page.getByRole('button', { name: 'Start the replay' }).click();
    await page
      .getByRole('heading', { level: 1, name: /Version 2 (?:Running|Completed)/ })
      .waitFor();
    await page.locator('details.result', { hasText: 'How often?' }).locator('summary').click();
    await page.getByRole('heading', { name: 'Original' }).waitFor();
    await stage.check();
    await stage.show('/evaluation/shadows', 'Evaluation');
    await page.getByText('No shadows yet').waitFor();
    await stage.check();
  });
});

describe('judges', () => {
  it('are created, and say that without reviews nobody knows their worth', async () => {
    const { page } = stage;
    await stage.show('/evaluation/judges', 'Evaluation');
    await page.getByText('No judges yet').waitFor();
    await page.getByRole('link', { name: 'New judge' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('States the interval');
    await page.getByRole('combobox', { name: 'Model' }).fill('openai-compatible/scripted');
    await page.getByRole('textbox', { name: 'Rubric' }).fill('The answer states the interval.');
    await stage.check();
    await page.getByRole('button', { name: 'Create the judge' }).click();
    await page.getByRole('heading', { level: 1, name: 'States the interval' }).waitFor();
    await page.getByText('Nobody has reviewed answers yet').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('spinbutton', { name: 'Samples' }).fill('3');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'Revisions' }).waitFor();
  });
});

describe('review', () => {
  it('goes by keyboard: verdict, done, next; and a better answer becomes a case', async () => {
    const { page, api } = stage;
    const items: string[] = [];
    for (const message of ['How long?', 'How often?']) {
      const { id: session } = await api.call<Named>('POST', `/agents/${agent}/sessions`, {
        json: {},
      });
      const answer = await api.call<Named>('POST', `/sessions/${session}/messages`, {
        json: { message },
      });
      const { id } = await api.call<Named>('POST', '/review-items', {
        json: { message_id: answer.id },
      });
      items.push(id);
    }
    await stage.show('/review', 'Review');
    await page.getByRole('link', { name: /How often/ }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('article').getByText('Every three months.').waitFor();
    const url = page.url();
    await page.keyboard.press('?');
    await page.getByText('verdict: good (1)').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Better answer' }).fill('Four times a year.');
    await page.reload();
    const better = page.getByRole('textbox', { name: 'Better answer' });
    await better.waitFor();
    await expect.poll(() => better.inputValue()).toBe('Four times a year.');
    await page.keyboard.press('3');
    await page.locator('[data-verdict="bad"][aria-pressed="true"]').waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Keep as a case' }).click();
    const dialog = page.getByRole('dialog', { name: 'Keep as a case' });
    await dialog.getByRole('combobox', { name: 'Dataset' }).waitFor();
    await dialog.getByRole('button', { name: 'Keep as a case' }).click();
    await page.getByRole('link', { name: 'Open the case' }).waitFor();
    await page.keyboard.press('d');
    await page.waitForURL((now) => now.href !== url && now.pathname.includes('/review/items/'));
    await page.setViewportSize({ width: 380, height: 800 });
    await stage.check();
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(380);
    await page.setViewportSize({ width: 1280, height: 800 });
    const found = await Promise.all(
      items.map((id) =>
        api.call<{ status: string; verdicts: { verdict: string; better_answer: string }[] }>(
          'GET',
          `/review-items/${id}`,
        ),
      ),
    );
    const done = found.find(({ status }) => status === 'done');
    expect(done?.verdicts[0]).toMatchObject({
      ...{ verdict: 'bad', better_answer: 'Four times a year.' },
    });
  });

  it('has rules that can be turned off', async () => {
    const { page } = stage;
    await stage.show(`/review/rules?agent=${agent}`, 'Review');
    await page.getByText('No rules').waitFor();
    await page.getByRole('button', { name: 'New rule' }).click();
    const dialog = page.getByRole('dialog', { name: 'New rule' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('One in twenty');
    await dialog.getByRole('combobox', { name: 'Adds turns' }).selectOption({
      label: 'Random sample',
    });
    await dialog.getByRole('spinbutton', { name: 'Share in %' }).fill('5');
    await stage.check();
    await dialog.getByRole('button', { name: 'Create the rule' }).click();
    await page.getByText('5% at random').waitFor();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Turn on' }).waitFor();
    await stage.show(`/review/summary?agent=${agent}`, 'Review');
    await page.getByRole('heading', { name: 'Verdicts by version' }).waitFor();
  });
});
