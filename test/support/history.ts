import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Workspace } from './api.ts';
import { atRest } from './resources.ts';
import { runSchedule } from './schedule.ts';

const hit = ({
  chunk_id,
  file_id,
  file_name,
  text,
  start,
  end,
  page,
}: Record<string, unknown>) => ({
  ...{ chunk_id, file_id, file_name, text, start, end, page },
});

export const searchModes = ['keyword', 'vector', 'hybrid'];

/** Hits of a search at a revision, in each mode, by the ids of their chunks. */
export async function seenAt(
  workspace: Workspace,
  base: string,
  revision: number | null,
  rest = {},
) {
  const answers = await Promise.all(
    searchModes.map(async (mode) => {
      const json = { query: 'canary sings', mode, revision, top_k: 50, ...rest };
      const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, json);
      expect(status, JSON.stringify(body)).toBe(200);
      const hits: ReturnType<typeof hit>[] = body.hits.map(hit);
      return hits.sort((a, b) => (String(a.chunk_id) < String(b.chunk_id) ? -1 : 1));
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  return answers[0] ?? [];
}

export const textsAt = async (
  workspace: Workspace,
  base: string,
  revision: number | null,
  rest = {},
) => (await seenAt(workspace, base, revision, rest)).map(({ text }) => text).sort();

export const baseOf = async (workspace: Workspace, base: string) =>
  (await workspace.get(`/knowledge-bases/${base}`)).body;

export const count = async (statement: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(statement)
      .bind(...values)
      .first<{ n: number }>()
  )?.n;

/** Counts what is stored of the knowledge of a workspace, live and former. */
export async function stored(workspace: Workspace, base: string) {
  const of = (table: string) =>
    count(`select count(*) as n from ${table} where workspace_id = ?`, workspace.id);
  const words = (scope: string) =>
    count('select count(*) as n from chunk_words where chunk_words match ?', `scope : "${scope}"`);
  return {
    chunks: await of('chunks'),
    vectors: await of('vectors'),
    live: await words(base),
    former: await words(base.replace('kb_', 'kbf_')),
    texts: (await env.FILES.list({ prefix: `${workspace.id}/` })).objects.filter(({ key }) =>
      key.includes('/text-'),
    ).length,
  };
}

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
