import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { requestWith } from '../support/worker.ts';

const url = 'https://hooks.example.com/agentgrid';
const secret = 'sk-canary-0123456789abcdef';

const stored = async ({ id }: Workspace) =>
  (
    await env.DB.prepare(
      'select owner_type, sealed, key_version from secrets where workspace_id = ? order by owner_type',
    )
      .bind(id)
      .all<{ owner_type: string; sealed: string; key_version: number }>()
  ).results;

/** One secret of each kind, sealed under the first key; the paths of their owners. */
async function everyKind(workspace: Workspace): Promise<string[]> {
  const first = env.ENCRYPTION_KEYS.split(',')[0] ?? '';
  const call = async (method: string, path: string, json: unknown) => {
    const bindings = { ENCRYPTION_KEYS: first };
    const answer = await requestWith(bindings, method, `/api/v1${path}`, workspace.key, { json });
    expect(answer.status, path).toBeLessThan(300);
    return answer.body;
  };
  await call('PUT', '/providers/openai', { api_key: secret });
  await call('PUT', '/alerts/webhook', { url });
  const headers = { authorization: secret };
  await call('PUT', '/telemetry', { enabled: true, endpoint: url, headers });
  const budget = await call('POST', '/budgets', {
    ...{ name: 'B', scope: 'workspace', period: 'total', limit_usd: 1 },
    alerts: { webhook: { url, secret } },
  });
  const tool = await call('POST', '/tools', {
    ...{ name: 'one', description: 'One.', effect: 'read', url },
    ...{ input_schema: { type: 'object' }, secret_headers: { 'X-Own-Key': secret } },
  });
  const webhook = await call('POST', '/webhooks', { url });
  const ids = [`/budgets/${budget.id}`, `/tools/${tool.id}`, `/webhooks/${webhook.id}`];
  return ['/providers/openai', '/alerts/webhook', '/telemetry', ...ids];
}

it('every kind of secret is stored sealed, rewrapped by one task, and deleted with its owner (R74, R75)', async () => {
  const workspace = await newWorkspace();
  const owners = await everyKind(workspace);
  const before = await stored(workspace);
  expect(before.map(({ owner_type }) => owner_type)).toEqual([
    'alert_webhook',
    'budget',
    'provider',
    'telemetry',
    'tool_header',
    'webhook',
  ]);
  expect(JSON.stringify(before)).not.toContain('canary');
  expect(new Set(before.map(({ key_version }) => key_version))).toEqual(new Set([1]));
  expect(await rewrapSecrets(contextOf(workspace))).toBeGreaterThanOrEqual(6);
  const after = await stored(workspace);
  expect(new Set(after.map(({ key_version }) => key_version))).toEqual(new Set([2]));
  expect(after.map(({ sealed }) => sealed.split('.')[3])).toEqual(
    before.map(({ sealed }) => sealed.split('.')[3]),
  );
  for (const [index, path] of owners.entries()) {
    expect((await workspace.delete(path)).status, path).toBe(204);
    expect(await stored(workspace), path).toHaveLength(owners.length - index - 1);
  }
});

it('a secret is read for its own workspace only', async () => {
  const [one, two] = [await newWorkspace(), await newWorkspace()];
  await one.put('/providers/openai', { api_key: secret });
  expect((await two.get('/providers/openai')).body).toMatchObject({ api_key: null, usable: false });
  await two.put('/alerts/webhook', { url });
  expect((await one.get('/alerts/webhook')).body.url).toBeNull();
});
