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
import { counting, type DatabaseUse } from '../support/faulty.ts';
import { newBase } from '../support/files.ts';
import { requestWith } from '../support/worker.ts';

/** Stores this many files of one chunk each in the base, without uploading them. */
async function storeFiles(workspace: Workspace, base: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => ({ id: newId('file') }));
  await env.DB.prepare(
    `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, status, chunk_count, created_at, updated_at)
     select value ->> 'id', ?2, ?3, 'a.txt', 'text/plain', 1, value ->> 'id', '{}', 'ready', 1, 1, 1 from json_each(?1)`,
  )
    .bind(JSON.stringify(rows), workspace.id, base)
    .run();
}

/** Queues this many jobs of the workspace, far from due. */
async function queueJobs(workspace: Workspace, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => newId('job'));
  await env.DB.prepare(
    `insert into outbox (id, workspace_id, job, due_at, created_at)
     select value, ?2, '{"type":"file.delete","file_id":"file_x"}', ?3, ?4 from json_each(?1)`,
  )
    .bind(JSON.stringify(ids), workspace.id, Date.now() + 3_600_000, Date.now())
    .run();
}

interface Costs {
  readonly upload: DatabaseUse;
  readonly ingestion: DatabaseUse;
}

/** Uploads one file and runs its job; the queue of the Worker gets neither. */
async function ingestOne(workspace: Workspace, base: string, name: string): Promise<Costs> {
  const { database, take } = counting(env.DB);
  const messages: { body: unknown }[] = [];
  const bindings = {
    DB: database,
    JOBS: { sendBatch: async (sent: typeof messages) => void messages.push(...sent) },
  };
  const path = `/api/v1/knowledge-bases/${base}/files`;
  const { status, body } = await requestWith(bindings, 'POST', path, workspace.key, {
    json: { name, text: `The text of ${name} is kept in room ${name.length}.` },
  });
  expect([status, messages.length]).toEqual([202, 1]);
  const upload = take();
  const batch = createMessageBatch(
    'agentgrid-jobs',
    messages.map((message, index) => ({
      id: String(index),
      timestamp: new Date(),
      attempts: 1,
      body: message.body,
    })),
  );
  const execution = createExecutionContext();
  await dispatchBatch(jobHandlers, batch, { ...env, ...bindings } as unknown as Env, execution);
  await waitOnExecutionContext(execution);
  const ingestion = take();
  const file = await workspace.get(`/files/${body.data[0].id}`);
  expect(file.body).toMatchObject({ status: 'ready', chunk_count: 1 });
  return { upload, ingestion };
}

describe('ingestion of a small file', () => {
  it('reads and writes the same number of rows whatever is stored and waits', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await ingestOne(workspace, base, 'warm.txt');
    const empty = await ingestOne(workspace, base, 'a.txt');
    expect(empty).toMatchObject({ upload: { trips: 2 }, ingestion: { trips: 4 } });
    // Four of them are the link of the entry in the audit log.
    expect(empty.upload.rows_written).toBeLessThanOrEqual(22);
    // Six of them are the revision of the base and the content of the file.
    expect(empty.ingestion.rows_written).toBeLessThanOrEqual(35);
    for (const [files, jobs] of [
      [500, 20],
      [4500, 500],
    ] as const) {
      await storeFiles(workspace, base, files);
      await queueJobs(workspace, jobs);
      expect(await ingestOne(workspace, base, `${files}.txt`)).toEqual(empty);
    }
  });
});
