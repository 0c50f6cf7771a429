import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentOf } from '../browser/stage.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

const model = 'openai-compatible/scripted';

let stage: ConsoleStage;
let agent: string;
beforeAll(async () => {
  stage = await openConsole();
  const usage = { input_tokens: 100, output_tokens: 50 };
  agent = (
    await stage.agent([{ text: ['An hour.'], usage }], { settings: { max_output_tokens: 100 } })
  ).id;
  await ask();
});
afterAll(() => stage.close());

const ask = (): Promise<unknown> =>
  stage.api.call('POST', `/agents/${agent}/runs`, { json: { message: 'How long?' } });

describe('the cost', () => {
  it('names calls without a price, whose price is set, at which later calls are shown', async () => {
    const { page } = stage;
    await stage.show('/cost', 'Cost');
    await page.getByText('1 call has no known price').waitFor();
    await page.getByRole('link', { name: 'Prices' }).click();
    await page.getByRole('button', { name: 'Set a price' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a price' });
    await dialog.getByRole('textbox', { name: 'Model' }).fill('nobody/scripted');
    await dialog.getByRole('spinbutton', { name: 'Input', exact: true }).fill('1000');
    await dialog.getByRole('spinbutton', { name: 'Output', exact: true }).fill('2000');
    await dialog.getByRole('button', { name: 'Save the price' }).click();
    await dialog.locator('.field-error').waitFor();
    await dialog.getByRole('textbox', { name: 'Model' }).fill(model);
    await dialog.getByRole('button', { name: 'Save the price' }).click();
    await page.getByText('The price was saved').waitFor();
    await page.getByRole('combobox', { name: 'Source' }).selectOption('Your own prices');
    await page.getByRole('cell', { name: `${model} Yours` }).waitFor();
    await ask();
    await page.getByRole('link', { name: 'Spending' }).click();
    await page.reload();
    // 100 tokens at 1000 and 50 at 2000 dollars per million.
    await page.getByRole('cell', { name: 'US$0.20' }).waitFor();
    await page.getByRole('link', { name: model }).click();
    await page.waitForURL(/\/cost\/calls\?model=/);
    await page.getByRole('cell', { name: 'US$0.20' }).waitFor();
    await expect.poll(() => page.getByRole('cell', { name: 'Unknown' }).count()).toBe(1);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/^model-calls-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
    const csv = (await contentOf(saved)).toString();
    expect(csv.trim().split('\n')).toHaveLength(3);
  });

  it('is limited by a budget, which refuses a run and explains what it holds', async () => {
    const { page } = stage;
    await stage.show('/cost/budgets', 'Cost');
    await page.getByRole('heading', { name: 'No budget yet' }).waitFor();
    await page.getByRole('button', { name: 'New budget' }).click();
    const dialog = page.getByRole('dialog', { name: 'New budget' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Each day');
    await dialog.getByRole('spinbutton', { name: 'Limit in US dollars' }).fill('0.6');
    await dialog.getByRole('combobox', { name: 'Period' }).selectOption('Day');
    await dialog.getByRole('combobox', { name: 'When it runs out' }).selectOption('downgrade');
    await dialog.getByRole('button', { name: 'Create the budget' }).click();
    await dialog.locator('.field-error').first().waitFor();
    await stage.check();
    await dialog.getByRole('combobox', { name: 'When it runs out' }).selectOption('Refuse calls');
    await dialog.getByRole('button', { name: 'Create the budget' }).click();
    await page.getByRole('link', { name: 'Each day' }).waitFor();
    await ask();
    await ask();
    await expect(ask()).rejects.toThrow('402');
    await page.reload();
    await page.getByText('Refuses calls').waitFor();
    await page.getByRole('link', { name: 'Each day' }).click();
    await page.getByRole('heading', { level: 1, name: 'Each day' }).waitFor();
    await page.getByText('A call was refused').waitFor();
    await page.getByText('US$0.40 of US$0.60 used').waitFor();
    await page.getByText('Nothing is held: no call is in progress.').waitFor();
    const example = await page.getByText(/^HTTP\/1\.1 402/).innerText();
    expect(example).toMatch(/Retry-After: \d+\n/);
    expect(example).toContain('"code": "budget_exceeded"');
    await stage.check();
    await expect.poll(() => page.getByRole('link', { name: 'Trace' }).count()).toBe(2);
    await page.getByRole('link', { name: 'Show the refused runs' }).click();
    await page.waitForURL(/\/sessions\/runs/);
    await page.locator('tbody tr').first().waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('spinbutton', { name: 'Limit in US dollars' }).fill('5');
    await page.getByRole('button', { name: 'Save the budget' }).click();
    await page.getByText('US$0.40 of US$5.00 used').waitFor();
    await ask();
    await page.getByRole('button', { name: 'Delete the budget' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete the budget Each day?' });
    await question.getByRole('button', { name: 'Delete the budget' }).click();
    await page.getByRole('heading', { name: 'No budget yet' }).waitFor();
  });

  it('is billed in invoices, which are saved as PDF', async () => {
    const { page } = stage;
    await stage.show('/cost/invoices', 'Cost');
    await page.getByRole('button', { name: 'Billing details' }).click();
    await page.getByRole('textbox', { name: 'Company or person' }).fill('Acme AG');
    await page.getByRole('button', { name: 'Save the details' }).click();
    await page.getByText('The billing details were saved').waitFor();
    await stage.check();
    const saving = page.waitForEvent('download');
    await page
      .getByRole('button', { name: /^Invoice .* as PDF/ })
      .first()
      .click();
    expect((await contentOf(await saving)).subarray(0, 4).toString()).toBe('%PDF');
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { level: 1, name: /^Invoice for/ }).waitFor();
    await page.getByText('Acme AG').waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Cost' }).waitFor();
  });

  it('has anomalies that are explained, and no budgets or invoices for those who may not manage them', async () => {
    const { page } = stage;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.route('**/api/v1/anomalies', (route) =>
      route.fulfill({
        json: { data: [{ ...anomaly, agent_id: agent }], next_cursor: null },
      }),
    );
    await page.route('**/api/v1/users/me', async (route) => {
      const response = await route.fetch();
      const me = (await response.json()) as { permissions: string[] };
      const permissions = me.permissions.filter((one) => !managed.includes(one));
      await route.fulfill({ response, json: { ...me, permissions } });
    });
    await stage.show('/cost/anomalies', 'Cost');
    await page.getByRole('cell', { name: '11.4 times the usual US$1.10' }).waitFor();
    for (const part of ['Budgets', 'Invoices'])
      await expect.poll(() => page.getByRole('link', { name: part }).count()).toBe(0);
    await stage.check();
    await stage.show('/cost/budgets', 'Cost');
    await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
    await page.unrouteAll();
  });
});

const managed = ['budgets:manage', 'invoices:read', 'usage:archives', 'providers:manage'];

/** Seven days of history are too much for a test through the front door. */
const anomaly = {
  ...{ id: 'anm_01JZ8Q6V0D3F5H7K9M1P3R5T7W', date: '2026-11-20', measure: 'cost' },
  ...{ value: 12.5, usual: 1.1, found_at: '2026-11-20T10:00:00.000Z', delivered_at: null },
};
