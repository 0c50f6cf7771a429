import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { testWebhook } from '../../src/notifications/deliveries/test-webhook.ts';
import { openHeaders } from '../../src/observability/telemetry/secrets.ts';
import { selectTelemetry } from '../../src/observability/telemetry/store.ts';
import { seal } from '../../src/platform/vault.ts';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { newId } from '../../src/shared/id.ts';
import { tryTool } from '../../src/tools/try.ts';
import { contextOf, step } from '../llm/support.ts';
import { Site } from '../support/outbound.ts';
import { playScript, type ScriptedProvider } from '../support/provider/client.ts';
import { checkSignature } from '../support/webhook.ts';

const id = newId('ws');
const [tool, header, budget] = [newId('tool'), newId('sec'), newId('bud')] as const;
const [tools, hooks, own] = [new Site(), new Site(), new Site()] as const;
const bindings = { DB: env.OLD_DB };
const ctx = contextOf({ id }, bindings);
const json = { body: '{}', headers: { 'content-type': 'application/json' } };

let provider: ScriptedProvider;
/** Rows as the release before wrote them: the places are those of that release, letter for letter. */
const oldRows = async (url: Record<'tool' | 'hook' | 'own', string>) => {
  const sealed = (record: string, field: string, text: string) =>
    seal(ctx.config, { workspace_id: id, record, field }, text);
  const definition = JSON.stringify({
    ...{ description: 'One.', method: 'GET', url: url.tool, headers: {}, body: null },
    input_schema: { type: 'object', properties: {}, additionalProperties: false },
    secret_headers: { 'X-Own-Key': header },
    response: { format: 'auto', pointer: null, fields: null },
    ...{ timeout_ms: 5000, max_bytes: 1000 },
  });
  const rows: Record<string, Record<string, unknown>> = {
    workspaces: {
      ...{ id, name: 'Old', time_zone: 'UTC', default_model: 'builtin/extractive' },
      ...{ content_logging: 1, created_at: 1, updated_at: 1 },
    },
    provider_credentials: {
      ...{ workspace_id: id, provider: 'openai', key_version: 2, fingerprint: 'f' },
      api_key: await sealed(
        'provider_credentials/openai',
        'api_key for the default address',
        provider.api_key,
      ),
      ...{ created_at: 1, updated_at: 1 },
    },
    tools: { id: tool, workspace_id: id, name: 'one', revision: 1, created_at: 1, updated_at: 1 },
    tool_revisions: {
      ...{ workspace_id: id, tool_id: tool, revision: 1, name: 'one', effect: 'read', definition },
      created_at: 1,
    },
    tool_secrets: {
      ...{ id: header, workspace_id: id, tool_id: tool, header: 'x-own-key' },
      ...{ origin: tools.origin, value: await sealed(header, 'value', 'the key of the tool') },
      ...{ key_version: 2, fingerprint: 'f', updated_at: 1 },
    },
    budgets: {
      ...{ id: budget, workspace_id: id, name: 'B', scope: 'workspace', period: 'total' },
      ...{ limit_nano_usd: 1, action: 'warn', unknown_price: 'block', thresholds: '[50]' },
      ...{ forecast: 0, webhook_url: url.own, key_version: 2, created_at: 1, updated_at: 1 },
      webhook_secret: await sealed(
        `budgets/${budget}`,
        `webhook_secret for ${url.own}`,
        'secret of the budget',
      ),
    },
    alert_webhooks: {
      ...{ workspace_id: id, url: url.hook, key_version: 2, last_four: 'four' },
      ...{ created_at: 1, updated_at: 1 },
      secret: await sealed('alert_webhook', `webhook_secret for ${url.hook}`, 'secret of alerts'),
    },
    telemetry: {
      ...{ workspace_id: id, endpoint: 'https://otlp.example.com/v1', key_version: 2 },
      ...{ header_hints: '[]', include_content: 0, is_enabled: 1, created_at: 1, updated_at: 1 },
      headers: await sealed(
        'telemetry',
        'headers for https://otlp.example.com/v1',
        JSON.stringify({ authorization: 'Bearer of the collector' }),
      ),
    },
  };
  return Object.entries(rows).map(([table, row]) =>
    env.OLD_DB.prepare(
      `insert into ${table} (${Object.keys(row).join()}) values (${Object.keys(row).fill('?').join()})`,
    ).bind(...Object.values(row)),
  );
};

const stored = async () =>
  (
    await env.OLD_DB.prepare('select * from secrets order by owner_type').all<{
      owner_type: string;
      sealed: string;
      key_version: number;
    }>()
  ).results;

async function expectAllToOpen(): Promise<void> {
  const { result } = await step(contextOf({ id }, bindings), ['openai/gpt-5-mini']);
  expect([result.failure, (await provider.requests()).length > 0]).toEqual([null, true]);
  expect(await tryTool(ctx, tool, { input: {} })).toMatchObject({ ok: true });
  expect((await tools.calls()).at(-1)?.headers['x-own-key']).toBe('the key of the tool');
  const ids = { alerts: id.replace('ws_', 'whk_'), budget: budget.replace('bud_', 'whk_') };
  expect(await testWebhook(ctx, ids.alerts)).toMatchObject({ status: 'succeeded' });
  await checkSignature('secret of alerts', (await hooks.calls()).at(-1) as never);
  expect(await testWebhook(ctx, ids.budget)).toMatchObject({ status: 'succeeded' });
  await checkSignature('secret of the budget', (await own.calls()).at(-1) as never);
  const [telemetry] = await selectTelemetry(ctx.db, id);
  if (telemetry === undefined) throw new Error('The telemetry settings are gone.');
  expect(await openHeaders(ctx, telemetry)).toEqual({ authorization: 'Bearer of the collector' });
}

describe('the migration that moves sealed values to one table', () => {
  beforeAll(async () => {
    provider = await playScript({ rounds: [{ text: ['ok'] }], repeat: true });
    const url = {
      tool: await tools.answers('/one', json),
      hook: await hooks.answers('/hook', json),
      own: await own.answers('/hook', json),
    };
    const before = env.TEST_MIGRATIONS.findIndex(({ name }) => name.endsWith('_secrets.sql'));
    await applyD1Migrations(env.OLD_DB, env.TEST_MIGRATIONS.slice(0, before));
    await env.OLD_DB.batch(await oldRows(url));
    await applyD1Migrations(env.OLD_DB, env.TEST_MIGRATIONS);
  });

  it('carries every value over, and each still opens for its owner', async () => {
    expect((await stored()).map(({ owner_type }) => owner_type)).toEqual([
      'alert_webhook',
      'budget',
      'provider',
      'telemetry',
      'tool_header',
    ]);
    await expectAllToOpen();
  });

  it('is followed by one rotation that rewraps all of them, and each still opens', async () => {
    const before = await stored();
    const newest = contextOf({ id }, bindings);
    const third = [3, new Uint8Array(32).fill(7)] as const;
    const keys = new Map([...newest.config.encryption_keys, third]);
    Object.assign(ctx, { config: { ...ctx.config, encryption_keys: keys } });
    expect(await rewrapSecrets(ctx)).toBe(5);
    const after = await stored();
    expect(after.map(({ key_version }) => key_version)).toEqual([3, 3, 3, 3, 3]);
    for (const [index, { sealed }] of after.entries()) {
      expect(sealed).not.toBe(before[index]?.sealed);
      // The payload is the same; only the wrapped key differs.
      expect(sealed.split('.')[3]).toBe(before[index]?.sealed.split('.')[3]);
    }
    expect(await rewrapSecrets(ctx)).toBe(0);
    const [telemetry] = await selectTelemetry(ctx.db, id);
    expect(await openHeaders(ctx, telemetry as never)).toEqual({
      authorization: 'Bearer of the collector',
    });
  });

  it('adds triggers that delete a secret with its owner', async () => {
    for (const table of [
      'provider_credentials',
      'tool_secrets',
      'budgets',
      'webhooks',
      'telemetry',
    ]) {
      const before = (await stored()).length;
      await env.OLD_DB.prepare(`delete from ${table}`).run();
      expect((await stored()).length, table).toBe(before - 1);
    }
  });
});
