import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentOf } from '../browser/stage.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

interface Made {
  readonly id: string;
}

const zone = 'Pacific/Auckland';
const today = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: zone },
}).format(new Date());

let stage: ConsoleStage;
let agent: string;
beforeAll(async () => {
  // Most of the day, it is another date here than in the workspace.
  stage = await openConsole({ timezoneId: 'America/Los_Angeles' });
  const { api } = stage;
  await api.call('PATCH', '/workspace', { json: { time_zone: zone } });
  await api.call('PUT', '/prices', {
    json: { overrides: [{ model: 'openai-compatible/scripted', input: 1000, output: 1000 }] },
  });
  const usage = { input_tokens: 100, output_tokens: 50 };
  agent = (await stage.agent([{ text: ['Descaling takes an hour.'], usage }])).id;
  const { id } = await api.call<Made>('POST', `/agents/${agent}/sessions`, {
    json: { title: 'Descaling', end_user_id: 'customer-1' },
  });
  const answer = await api.call<Made>('POST', `/sessions/${id}/messages`, {
    json: { message: 'How long does descaling take?' },
  });
  await api.call('PUT', `/messages/${answer.id}/feedback`, { json: { rating: 'down' } });
  const version = await api.call<Made>('POST', `/agents/${agent}/versions`, {
    json: { config: { instructions: 'Help briefly.' } },
  });
  await api.call('POST', `/agents/${agent}/versions/${version.id}/activate`, { json: {} });
});
afterAll(() => stage.close());

describe('analytics', () => {
  it('show figures of an agent by the days of the workspace, and lead to the sessions of a day', async () => {
    const { page } = stage;
    await stage.show('/analytics', 'Analytics');
    await page.getByRole('combobox', { name: 'Agent' }).selectOption(agent);
    await page.waitForURL(/agent=/);
    await page.getByText('Version 2 was activated').first().waitFor();
    const chart = page.getByRole('slider', { name: 'Messages and runs over time' });
    await chart.press('End');
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toContain(today);
    await expect.poll(() => chart.getAttribute('aria-valuetext')).toContain('Runs: 1');
    await page.getByText('0 good, 1 bad').waitFor();
    await stage.check();
    await page.reload();
    await page.getByText('The figures as a table').first().click();
    await page
      .getByRole('link', { name: `Open: ${today}` })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
    expect(new URL(page.url()).searchParams.get('agent')).toBe(agent);
    await page.getByRole('link', { name: 'Descaling' }).waitFor();
    await expect.poll(() => page.getByLabel('From').inputValue()).toMatch(/T/);
    await page.goBack();
    await chart.waitFor();
  });

  it('filter by version, compare, and save what is shown as CSV', async () => {
    const { page } = stage;
    await stage.show(`/analytics?agent=${agent}&by=model`, 'Analytics');
    await page.getByRole('cell', { name: 'openai-compatible/scripted' }).waitFor();
    await stage.show('/analytics?by=version', 'Analytics');
    const row = page.getByRole('link', { name: / · 1$/ });
    await expect.poll(() => row.getAttribute('href')).toMatch(/\/sessions\?.*version=ver_/);
    await row.click();
    await page.getByRole('link', { name: 'Descaling' }).waitFor();
    await stage.show(`/analytics?agent=${agent}`, 'Analytics');
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const csv = (await contentOf(await saving)).toString();
    const [head = '', ...rows] = csv.trim().split('\r\n');
    const column = head.split(',').indexOf('usage.runs');
    expect([rows.length, Number(rows.at(-1)?.split(',')[column])]).toEqual([30, 1]);
    await page.getByRole('combobox', { name: 'Version' }).selectOption({ label: '2 (active)' });
    await page.getByRole('heading', { name: 'No figures in this period' }).waitFor();
    await page.getByRole('combobox', { name: 'Version' }).selectOption({ label: '1' });
    await page.getByText('0 good, 1 bad').waitFor();
    await page.getByRole('combobox', { name: 'Period' }).selectOption('Yesterday');
    await page.getByRole('heading', { name: 'No figures in this period' }).waitFor();
    await stage.check();
  });

  it('say in place that the server failed, and try again; also in the dark', async () => {
    const { page } = stage;
    await page.emulateMedia({ colorScheme: 'dark' });
    const path = '**/api/v1/analytics?*';
    await page.route(path, (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '0' }, json: { title: 'Busy' } }),
    );
    await stage.show('/analytics?range=7d', 'Analytics');
    await page.getByRole('heading', { name: 'The server failed' }).waitFor();
    await page.unroute(path);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('slider', { name: 'Cost over time' }).waitFor();
    await stage.check();
    await page.emulateMedia({ colorScheme: 'light' });
  });
});
