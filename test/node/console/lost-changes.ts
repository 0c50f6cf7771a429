import { expect } from 'vitest';
import type { ConsoleStage } from './stage.ts';

interface Change {
  readonly area: string;
  readonly route: string;
  /** Name of the button that opens its dialog. */
  readonly opens?: string;
  /** Beside its name. */
  readonly fields: Readonly<Record<string, string>>;
  readonly submit: string;
  /** Where the API lists what was made. */
  readonly list: string;
}

/** A change of each area that makes something. */
export const changes: readonly Change[] = [
  {
    area: 'agents',
    route: '/agents/new',
    fields: {},
    submit: 'Create the agent',
    list: '/agents',
  },
  {
    ...{ area: 'knowledge', route: '/knowledge', opens: 'New knowledge base' },
    ...{ fields: {}, submit: 'New knowledge base', list: '/knowledge-bases' },
  },
  {
    ...{ area: 'evaluation', route: '/evaluation/datasets', opens: 'New dataset' },
    ...{ fields: {}, submit: 'Create the dataset', list: '/datasets' },
  },
  {
    ...{ area: 'judges', route: '/evaluation/judges/new', submit: 'Create the judge' },
    ...{
      fields: { Model: 'openai-compatible/stand-in', Rubric: 'It is right.' },
      list: '/judges',
    },
  },
  {
    ...{ area: 'cost', route: '/cost/budgets', opens: 'New budget', list: '/budgets' },
    ...{ fields: { 'Limit in US dollars': '5' }, submit: 'Create the budget' },
  },
  {
    ...{ area: 'settings', route: '/settings/keys', opens: 'Create an API key' },
    ...{ fields: {}, submit: 'Create an API key', list: '/api-keys' },
  },
  {
    ...{
      area: 'sharing',
      route: '/settings/share-links?agent=:agent',
      opens: 'Create a share link',
    },
    ...{
      fields: {},
      submit: 'Create a share link',
      list: '/agents/:agent/share-links',
    },
  },
  {
    ...{ area: 'review', route: '/review/rules?agent=:agent', opens: 'New rule' },
    ...{ fields: {}, submit: 'Create the rule', list: '/agents/:agent/review-rules' },
  },
];

/** Makes something while its requests are refused, fail, and succeed without an answer. It is made once, and nothing has to be typed again. */
export async function changeInTrouble(
  { page, api, url, workspace_id }: ConsoleStage,
  { area, route, opens, fields: others, submit, list }: Change,
  agent: string,
): Promise<void> {
  // An agent makes a knowledge base of the same name.
  const name = `Made once in ${area}`;
  const fields = { Name: name, ...others };
  const path = `/api/v1${list.replace(':agent', agent)}`;
  /** The key and the body of each attempt. */
  const keys: string[] = [];
  const plan = ['refuse', 'fail', 'lose', 'fail', 'lose'];
  const isChange = (one: URL) => one.pathname === path;
  await page.route(isChange, async (one) => {
    const request = one.request();
    if (request.method() !== 'POST') return one.continue();
    keys.push(`${request.headers()['idempotency-key']} ${request.postData()}`);
    const headers = { 'retry-after': '0' };
    switch (plan.shift()) {
      case 'refuse':
        return one.fulfill({ status: 429, headers, json: { code: 'rate_limited' } });
      case 'fail':
        return one.fulfill({ status: 503, headers, json: { detail: 'Not now.' } });
      case 'lose':
        await one.fetch();
        return one.abort('connectionreset');
      default:
        return one.continue();
    }
  });
  await page.goto(`${url}/console/${workspace_id}${route.replace(':agent', agent)}`);
  if (opens !== undefined) await page.getByRole('button', { name: opens }).first().click();
  const form = opens === undefined ? page.locator('#content') : page.getByRole('dialog');
  const field = (label: string) => form.getByLabel(label, { exact: true }).first();
  for (const [label, value] of Object.entries(fields)) await field(label).fill(value);
  await form.getByRole('button', { name: submit }).click();
  await form.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  for (const [label, value] of Object.entries(fields))
    await expect.poll(() => field(label).inputValue()).toBe(value);
  await form.getByRole('button', { name: submit }).click();
  await expect.poll(() => keys.length, { timeout: 150_000 }).toBe(6);
  await form.getByRole('alert').waitFor({ state: 'detached' });
  expect([...new Set(keys)]).toEqual([keys[0]]);
  const { data } = await api.call<{ data: { name: string }[] }>(
    'GET',
    path.slice('/api/v1'.length),
  );
  expect(data.filter((one) => one.name === name)).toHaveLength(1);
  await page.unroute(isChange);
}
