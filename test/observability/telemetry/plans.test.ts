import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { exportTelemetry, exportWorkspace } from '../../../src/observability/telemetry/export.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { newChat } from '../../support/chat.ts';
import { recording } from '../../support/faulty.ts';
import { collecting } from './support.ts';

it('reads runs to export by an index, with rows in proportion to their number', async () => {
  const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
  await collecting(chat.workspace, { include_content: true });
  for (const message of ['One', 'Two']) await chat.send({ message });
  const recorded = recording(env.DB);
  const platform = openPlatform(
    { ...env, DB: recorded.database, JOBS: { sendBatch: async () => undefined } } as unknown as Env,
    createExecutionContext(),
    {
      request_id: 'test',
    },
  );
  const context = (workspace_id: string) =>
    platform.context({ workspace_id, actor: { type: 'system', name: 'test' } });
  await exportTelemetry(context(''));
  await exportWorkspace(context(chat.workspace.id));
  expect(platform.meter.db.trips).toBeLessThanOrEqual(9);
  const plans = recorded.statements.map(async ({ sql, values }) => {
    const { results } = await env.DB.prepare(`explain query plan ${sql}`)
      .bind(...values)
      .all<{ detail: string }>();
    return results
      .map(({ detail }) => detail)
      .filter(
        (detail) =>
          /^SCAN (?!w\b|q\b|\(|waiting\b|json_each)/.test(detail) &&
          !detail.includes('VIRTUAL TABLE'),
      );
  });
  expect((await Promise.all(plans)).flat()).toEqual([]);
  await env.DB.prepare('delete from outbox where workspace_id = ?').bind(chat.workspace.id).run();
});
