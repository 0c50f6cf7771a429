import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Workspace } from '../support/api.ts';
import { runSchedule } from '../support/schedule.ts';

export const auditTasks = ['audit_log', 'audit_retention'];

/** Runs the tasks of the audit log in a cron expression, and others, and waits for deferred work. */
export async function tick(
  cron: '* * * * *' | '7 * * * *' = '* * * * *',
  ...others: readonly string[]
): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule(cron, env as Env, execution, [...auditTasks, ...others]);
  await waitOnExecutionContext(execution);
}

/** Changes rows as someone with access to the database could: past the triggers. */
export async function tamper(...statements: readonly (readonly [string, ...unknown[]])[]) {
  const { results } = await env.DB.prepare(
    "select name, sql from sqlite_master where type = 'trigger' and tbl_name in ('audit_log', 'audit_links', 'audit_seals')",
  ).all<{ name: string; sql: string }>();
  await env.DB.batch([
    ...results.map(({ name }) => env.DB.prepare(`drop trigger ${name}`)),
    ...statements.map(([text, ...values]) => env.DB.prepare(text).bind(...values)),
    ...results.map(({ sql }) => env.DB.prepare(sql)),
  ]);
}

/** Follows the pages of a verification to its end. */
export async function verify(workspace: Workspace, query = '') {
  let checked = 0;
  let cursor: string | null = null;
  for (;;) {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { status, body } = await workspace.get(`/audit-log/verify?${query}${next}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    checked += body.checked;
    cursor = body.next_cursor;
    if (cursor === null) return { ...body, checked };
  }
}

/** Makes changes, each with an entry: `count` keys. */
export async function makeEntries(workspace: Workspace, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await workspace.post('/api-keys', { name: `Key ${index}`, role: 'viewer' });
}

export const entriesOf = async (workspace: Workspace) => {
  const { results } = await env.DB.prepare(
    `select l.sequence, l.entry_id, l.hash, a.action from audit_links l left join audit_log a on a.id = l.entry_id
      where l.workspace_id = ? order by l.sequence`,
  )
    .bind(workspace.id)
    .all<{ sequence: number; entry_id: string; hash: string | null; action: string }>();
  return results;
};
