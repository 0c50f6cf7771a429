import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { jobHandlers } from '../../../src/features.ts';
import { dispatchBatch } from '../../../src/jobs/index.ts';
import type { JobMessage } from '../../../src/platform/job.ts';
import { newBase } from '../../support/files.ts';
import { requestWith } from '../../support/worker.ts';
import { makeTar, setUp } from './support.ts';

it('a file of another base takes its turn among those of a large batch', async () => {
  const { workspace, path } = await setUp();
  const other = await newBase(workspace);
  const waiting: JobMessage[] = [];
  const bindings = {
    JOBS: {
      send: async (body: JobMessage) => void waiting.push(body),
      sendBatch: async (batch: Iterable<{ body: JobMessage }>) =>
        void waiting.push(...[...batch].map(({ body }) => body)),
    },
  };
  const send = (to: string, options: object) =>
    requestWith(bindings, 'POST', `/api/v1${to}`, workspace.key, options);
  const deliver = async () => {
    const body = waiting.shift();
    const message = { id: '0', timestamp: new Date(), attempts: 1, body };
    const execution = createExecutionContext();
    const batch = createMessageBatch('agentgrid-jobs', [message]);
    await dispatchBatch(jobHandlers, batch, { ...env, ...bindings } as unknown as Env, execution);
    await waitOnExecutionContext(execution);
    return (body?.job as { file_id?: string } | undefined)?.file_id;
  };
  const entries = Array.from({ length: 120 }, (_, at) => ({
    name: `note-${at}.txt`,
    content: `The note ${at} is about ${at} birds.`,
  }));
  const form = new FormData();
  form.append('file', new Blob([makeTar(entries)]), 'notes.tar');
  const { body: batch, status } = await send(path, { body: form });
  expect(status).toBe(202);
  // Lists the entries, and stores the first of them.
  while (waiting.length < 5) await deliver();
  const sent = await send(`/knowledge-bases/${other}/files`, {
    json: { name: 'urgent.txt', text: 'The urgent note is about a fire.' },
  });
  expect(sent.status).toBe(202);
  let turns = 1;
  while ((await deliver()) !== sent.body.id) turns += 1;
  expect((await workspace.get(`/files/${sent.body.id}`)).body.status).toBe('ready');
  // Ten jobs of the lane of the base, and the next step of the batch.
  expect(turns).toBeLessThanOrEqual(12);
  const { counts, status: state } = (await workspace.get(`/batches/${batch.id}`)).body;
  expect([state, counts.pending > 0]).toEqual(['in_progress', true]);
});
