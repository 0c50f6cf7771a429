import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { counting } from '../support/faulty.ts';
import { newBase } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import { requestWith } from '../support/worker.ts';

const chunksOfFile = 40;
const next = { embedding_model: 'openai-compatible/next', dimensions: 8 };

/** Stores ready files of 40 chunks each, without uploading them. */
async function storeFiles(workspace: Workspace, base: string, count: number): Promise<void> {
  const ids = JSON.stringify(Array.from({ length: count }, () => newId('file')));
  await env.DB.batch([
    env.DB.prepare(
      `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, status, attempt, chunk_count, created_at, updated_at)
       select value, ?2, ?3, 'a.txt', 'text/plain', 1, value, '{}', 'ready', 1, ?4, 1, 1 from json_each(?1)`,
    ).bind(ids, workspace.id, base, chunksOfFile),
    env.DB.prepare(
      `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ?4)
       insert into chunks (id, workspace_id, base_id, file_id, attempt, ordinal, text, start, "end", token_count)
       select 'chk_' || value || n, ?2, ?3, value, 1, n, 'Text number ' || n, 0, 1, 3 from json_each(?1) cross join numbers order by value, n`,
    ).bind(ids, workspace.id, base, chunksOfFile),
  ]);
}

async function openBase(files: number): Promise<{ workspace: Workspace; base: string }> {
  const workspace = await newWorkspace();
  const { api_key, base_url } = await playScript({ rounds: [] });
  const provider = { api_key, base_url: base_url.compatible };
  expect((await workspace.put('/providers/openai-compatible', provider)).status).toBe(200);
  const base = await newBase(workspace);
  await storeFiles(workspace, base, files);
  return { workspace, base };
}

/** Starts a migration, and returns the cost of a job of it each time. */
async function startMigration(workspace: Workspace, base: string) {
  const { database, take } = counting(env.DB);
  const messages: { body: unknown }[] = [];
  const bindings = {
    DB: database,
    JOBS: { sendBatch: async (sent: typeof messages) => void messages.push(...sent) },
  };
  const path = `/api/v1/knowledge-bases/${base}/embedding-migrations`;
  const made = await requestWith(bindings, 'POST', path, workspace.key, { json: next });
  expect([made.status, messages.length]).toEqual([202, 1]);
  const runJob = async () => {
    const [message] = messages.splice(0);
    take();
    const batch = createMessageBatch('agentgrid-jobs', [
      { id: '0', timestamp: new Date(), attempts: 1, body: message?.body },
    ]);
    const execution = createExecutionContext();
    await dispatchBatch(jobHandlers, batch, { ...env, ...bindings } as unknown as Env, execution);
    await waitOnExecutionContext(execution);
    return take();
  };
  const state = async () => (await workspace.get(`/embedding-migrations/${made.body.id}`)).body;
  return { runJob, state };
}

describe('a job of an embedding migration', () => {
  it('reads as many rows in a base of 12,000 chunks as in one of 2,000, at the start and behind it', async () => {
    const few = await openBase(50);
    const small = await startMigration(few.workspace, few.base);
    const cost = await small.runJob();
    expect(await small.state()).toMatchObject({ status: 'building', chunks_done: 960 });
    expect(cost.rows_read).toBeLessThan(20_000);

    const many = await openBase(300);
    const large = await startMigration(many.workspace, many.base);
    for (let job = 0; job < 2; job += 1) {
      const { trips, rows_read, rows_written } = await large.runJob();
      expect(trips).toBeLessThanOrEqual(cost.trips);
      expect(rows_written).toBeLessThanOrEqual(cost.rows_written);
      expect(rows_read).toBeLessThanOrEqual(cost.rows_read * 1.05);
    }
    expect(await large.state()).toMatchObject({ status: 'building', chunks_done: 1920 });
  });

  it('reads as many rows where all chunks were stored after its start, and embeds none of them', async () => {
    const { workspace, base } = await openBase(2);
    const { runJob, state } = await startMigration(workspace, base);
    await storeFiles(workspace, base, 100);
    const costs = [];
    for (let job = 0; job < 5; job += 1) costs.push(await runJob());
    expect(await state()).toMatchObject({ status: 'ready', chunks_done: 80 });
    for (const { rows_read } of costs) expect(rows_read).toBeLessThan(20_000);
  });
});
