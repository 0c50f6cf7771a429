import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

interface Named {
  readonly id: string;
}

const name = 'Shorter answers';
let stage: ConsoleStage;
let agent: string;
let experiment: string;

beforeAll(async () => {
  stage = await openConsole();
  const { api } = stage;
  ({ id: agent } = await stage.agent([{ text: ['Within an hour.'] }]));
  await api.call('PATCH', `/agents/${agent}`, { json: { name: 'Coffee help' } });
  await api.call('POST', `/agents/${agent}/versions`, {
    json: { config: { instructions: 'Answer in one sentence.' }, change_summary: 'Shorter' },
  });
});
afterAll(() => stage.close());

interface Read {
  readonly totals: { readonly usage: object; readonly quality: object };
}

/** An agent that 20 people use on a day, and every other one likes. */
const withTraffic = ({ totals, ...rest }: Read) => ({
  ...rest,
  totals: {
    ...totals,
    usage: { ...totals.usage, unique_users: 280, chats: 280 },
    quality: { ...totals.quality, approval_rate: 0.5 },
  },
});

describe('experiments', () => {
  it('are set up as a draft, which survives a reload, and started', async () => {
    const { page, api } = stage;
    await stage.show('/experiments', 'Experiments');
    await page.getByText('No experiments yet').waitFor();
    await stage.check();
    await page.getByRole('link', { name: 'New experiment' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).first().fill(name);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'New experiment' }).waitFor();
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Name' }).first().inputValue())
      .toBe(name);
    await page.getByRole('combobox', { name: 'Agent' }).selectOption({ label: 'Coffee help' });
    const control = page.getByRole('group', { name: 'Control' });
    const candidate = page.getByRole('group', { name: 'Candidate 1' });
    await control.getByRole('option', { name: 'Version 1' }).waitFor({ state: 'attached' });
    const chosen = page.locator('option:checked');
    await control.locator(chosen, { hasText: 'Version 1 (active)' }).waitFor({ state: 'attached' });
    await candidate.locator(chosen, { hasText: 'Version 2' }).waitFor({ state: 'attached' });
    await page.getByText('Nobody has used this agent in the last 14 days').waitFor();
    await page.route('**/analytics?*', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: withTraffic(await answer.json()) });
    });
    await page.reload();
    await page.getByText('About 20 subjects a day').waitFor();
    await page
      .getByText('the minimum of 100 subjects for each variant is there after 10 days')
      .waitFor();
    await page.getByText(/change of 10% from 50% now, .* about 3,265 subjects: 327 days/).waitFor();
    await page.unroute('**/analytics?*');
    await stage.check();
    // The choice of a draft counts before the list that names it has been read, or without it.
    await page.route('**/api/v1/agents?limit=100', () => undefined);
    await page.reload();
    await page.getByRole('button', { name: 'Create the draft' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.unroute('**/api/v1/agents?limit=100');
    await page.getByRole('link', { name: 'Results' }).click();
    await page.getByRole('heading', { name: 'Not started' }).waitFor();
    await page.goBack();
    const { data } = await api.call<{ data: Named[] }>('GET', `/agents/${agent}/experiments`);
    experiment = data[0]?.id ?? '';
    await page.getByText('By end user').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const question = page.getByRole('dialog', { name: `Start ${name}?` });
    await question.getByText('50 % to candidate (version 2)').waitFor();
    await stage.check();
    await question.getByRole('button', { name: 'Start the experiment' }).click();
    await page.getByText('Running').first().waitFor();
  });

  it('show results with intervals, the stopping rule and a wrong sample ratio', async () => {
    const { page } = stage;
    await page.route('**/results', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: withFigures(await answer.json()) });
    });
    await stage.show(`/experiments/${experiment}`, new RegExp(name));
    await page.getByText('Promote: candidate').waitFor();
    await page.getByText('The sample ratio does not fit').waitFor();
    const success = page.getByRole('region', { name: 'Success' });
    await success.getByText('40% – 60%').waitFor();
    await success.getByText('+20 points (+40%)').waitFor();
    await success.getByText('Better').waitFor();
    await page.getByText('The stopping rule in words').click();
    await page.getByText(/Looking at any time/).waitFor();
    await stage.check();
    await page.emulateMedia({ colorScheme: 'dark' });
    await stage.check();
    await page.emulateMedia({ colorScheme: 'light' });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`${experiment}.csv`);
    await page.unroute('**/results');
  });

  it('say what failed, and try again', async () => {
    const { page } = stage;
    await page.route('**/results', (route) =>
      route.fulfill({ status: 400, json: { title: 'Broken', detail: 'Injected.', status: 400 } }),
    );
    await stage.show(`/experiments/${experiment}`, new RegExp(name));
    await page.getByText('Injected.').waitFor();
    await page.unroute('**/results');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Keep it running').waitFor();
  });

  it('are paused and resumed, and their weights change, all in the log', async () => {
    const { page } = stage;
    await stage.show(`/experiments/${experiment}/setup`, new RegExp(name));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Change the weights' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the weights' });
    await dialog.getByRole('spinbutton', { name: 'control' }).fill('40');
    await dialog.getByText('add up to 90 %').waitFor();
    await dialog.getByRole('spinbutton', { name: 'candidate' }).fill('60');
    await stage.check();
    await dialog.getByRole('button', { name: 'Change the weights' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Log' }).click();
    await page.getByText('control 40 % · candidate 60 %').waitFor();
    await page.goBack();
    await page.getByText('60 %').waitFor();
  });

  it('are concluded: the dialog names what changes, and the winner becomes active', async () => {
    const { page, api } = stage;
    await stage.show(`/experiments/${experiment}`, new RegExp(name));
    await page.getByRole('button', { name: 'Conclude' }).click();
    const dialog = page.getByRole('dialog', { name: 'Conclude the experiment' });
    await dialog.getByRole('combobox', { name: 'Winner' }).selectOption({
      label: 'candidate (version 2)',
    });
    await dialog.getByText('the active version changes from 1 to 2').waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Fewer words help.');
    await stage.check();
    await dialog.getByRole('button', { name: 'Promote candidate' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Concluded').first().waitFor();
    await page.getByText('It has ended: candidate, version 2, was promoted.').waitFor();
    const { active_version } = await api.call<{ active_version: { number: number } }>(
      'GET',
      `/agents/${agent}`,
    );
    expect(active_version.number).toBe(2);
    await stage.show('/experiments?status=concluded', 'Experiments');
    await page.getByRole('link', { name }).waitFor();
    await page.setViewportSize({ width: 380, height: 800 });
    await stage.check();
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(380);
  });
});

interface Results {
  readonly variants: readonly { readonly id: string; readonly is_control: boolean }[];
}

/** The results as they are after many subjects. */
function withFigures(results: Results): object {
  const metric = (value: number, isControl: boolean) => ({
    ...{ metric: 'success', role: 'primary', unit: 'share', value },
    ...{ low: value - 0.1, high: value + 0.1 },
    versus_control: isControl
      ? null
      : {
          ...{ difference: 0.2, low: 0.05, high: 0.35, lift: 0.4, lift_low: 0.1, lift_high: 0.7 },
          ...{ p_value: 0.001, verdict: 'better', variance_reduction: 0 },
        },
  });
  return {
    ...results,
    variants: results.variants.map((variant) => ({
      ...variant,
      ...{ exposures: 400, subjects: 390, probability_best: variant.is_control ? 0.01 : 0.99 },
      metrics: [metric(variant.is_control ? 0.5 : 0.7, variant.is_control)],
    })),
    sample_ratio: { p_value: 0.0001, is_mismatch: true },
    warnings: [{ code: 'sample_ratio_mismatch', detail: 'Do not trust the comparison.' }],
    recommendation: {
      action: 'promote',
      variant_id: results.variants.find(({ is_control }) => !is_control)?.id ?? null,
      reason: 'It is better.',
    },
  };
}
