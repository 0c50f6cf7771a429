import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { request, type Workspace } from './api.ts';
import { seed } from './resources.ts';
import { countAll } from './rows.ts';
import { runSchedule } from './schedule.ts';

/** A row of any kind in each table that has none, so that no table is left out of the proof. */
async function fillEmptyTables(id: string): Promise<void> {
  for (const [table, count] of Object.entries(await countAll(id))) {
    if (count > 0) continue;
    const { results } = await env.DB.prepare(`pragma table_info(${table})`).all<{
      name: string;
      type: string;
      pk: number;
    }>();
    const parents = new Map<string, unknown>([['workspace_id', id]]);
    const { results: keys } = await env.DB.prepare(`pragma foreign_key_list(${table})`).all<{
      table: string;
      from: string;
      to: string;
    }>();
    for (const key of keys.filter(({ from }) => from !== 'workspace_id')) {
      const parent = await env.DB.prepare(
        `select ${key.to} as value from ${key.table} where workspace_id = ?`,
      )
        .bind(id)
        .first<{ value: string }>();
      parents.set(key.from, parent?.value);
    }
    // Text that is JSON too, and instants that no periodic work waits for.
    const values = results.map(
      ({ name, type, pk }) =>
        parents.get(name) ??
        (/int|real/i.test(type)
          ? // A number that is the key is left to the database.
            pk === 1
            ? null
            : // Within the quota of bytes.
              name === 'byte_size'
              ? 1
              : 4_000_000_000_000
          : JSON.stringify(crypto.randomUUID())),
    );
    const row = env.DB.prepare(`insert into ${table} values (${values.map(() => '?').join(', ')})`);
    await row.bind(...values).run();
  }
}

/** A workspace with rows in every table. */
export async function fullWorkspace(name = 'Full'): Promise<Workspace> {
  const { workspace, values } = await seed(name);
  await workspace.put('/alert-webhook', { url: 'https://hooks.example.com/x' });
  await workspace.put('/telemetry', { endpoint: 'https://otel.example.com' });
  await workspace.put('/rate-limits', { workspace: { requests_per_minute: 1000 } });
  await workspace.put('/prices', {
    prices: [{ model: 'openai/gpt-5-mini', input_usd_per_million: 1, output_usd_per_million: 1 }],
  });
  await workspace.put(`/messages/${values.message}/feedback`, { rating: 'up' });
  // A run without a session, with a file of its own.
  const file = {
    filename: 'note.txt',
    file_data: `data:text/plain;base64,${btoa('One grinder.')}`,
  };
  const content = [
    { type: 'text', text: 'When does the shop open?' },
    { type: 'file', file },
  ];
  const chat = { model: values.agent, messages: [{ role: 'user', content }] };
  await request('POST', '/v1/chat/completions', workspace.key, { json: chat });
  await workspace.post('/agents', { name: 'With key' }, { headers: { 'idempotency-key': 'once' } });
  const execution = createExecutionContext();
  await runSchedule('7 * * * *', env as Env, execution);
  await waitOnExecutionContext(execution);
  await fillEmptyTables(workspace.id);
  return workspace;
}
