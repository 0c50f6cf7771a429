import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Workspace } from './api.ts';
import { atRest } from './resources.ts';
import { runSchedule } from './schedule.ts';

/** Lets `days` pass for the changes of a base so far, and runs the tasks of a minute. */
export async function tick(workspace: Workspace, base: string, days: number) {
  const ms = days * 86_400_000;
  await env.DB.prepare(
    'update knowledge_revisions set created_at = created_at - ? where base_id = ?',
  )
    .bind(ms, base)
    .run();
  await env.DB.prepare('update knowledge_bases set purge_due_at = purge_due_at - ? where id = ?')
    .bind(ms, base)
    .run();
  const execution = createExecutionContext();
  await runSchedule('* * * * *', env, execution);
  await waitOnExecutionContext(execution);
  await atRest(workspace.id);
}

/** Queues a file as if it had never been searchable. */
export const forget = (file_id: string) =>
  env.DB.batch([
    env.DB.prepare('delete from file_contents where file_id = ?').bind(file_id),
    env.DB.prepare("update files set status = 'queued' where id = ?").bind(file_id),
  ]);
