import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { newId } from '../../src/shared/id.ts';
import type { Workspace } from '../support/api.ts';
import { runSchedule } from '../support/schedule.ts';

export interface Call {
  readonly at: number;
  readonly nano: number | null;
  readonly agent?: string | null;
  readonly model?: string;
  readonly operation?: string;
}

export async function addCalls(workspace: Workspace, calls: readonly Call[]): Promise<void> {
  const rows = calls.map(
    ({ at, nano, agent = null, model = 'gpt-5-mini', operation = 'answer' }) => ({
      ...{ id: newId('use'), at, nano, agent, model, operation, key: crypto.randomUUID() },
    }),
  );
  for (let start = 0; start < rows.length; start += 500)
    await env.DB.prepare(
      `insert into usage (id, workspace_id, call_key, agent_id, provider, model, operation, input_tokens, output_tokens, cost_nano_usd, latency_ms, status, created_at)
       select value ->> 'id', ?1, value ->> 'key', value ->> 'agent', 'openai', value ->> 'model', value ->> 'operation', 10, 5, value ->> 'nano', 1, 'ok', value ->> 'at'
       from json_each(?2)`,
    )
      .bind(workspace.id, JSON.stringify(rows.slice(start, start + 500)))
      .run();
}

/** The first instant of a month in UTC, `back` months before this one. */
export function monthStart(back: number): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
}

export const nameOf = (start: number) => new Date(start).toISOString().slice(0, 7);

export const createdAt = (workspace: Workspace, at: number) =>
  env.DB.prepare('update workspaces set created_at = ? where id = ?').bind(at, workspace.id).run();

export async function hourly(
  database: D1Database = env.DB,
  settings: Partial<Record<keyof Env, string>> = {},
): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('7 * * * *', { ...env, ...settings, DB: database } as Env, execution, [
    'invoices',
    'rollups',
    'usage_archive',
    'secrets',
  ]);
  await waitOnExecutionContext(execution);
}
