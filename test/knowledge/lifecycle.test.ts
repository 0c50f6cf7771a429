import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { knowledgeJobs } from '../../src/knowledge/index.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace } from '../support/api.ts';
import { recording } from '../support/faulty.ts';
import { addText, newBase, settled } from '../support/files.ts';
import { forget } from '../support/history.ts';
import { atRest } from '../support/resources.ts';
import { requestWith } from '../support/worker.ts';

const contextOf = (workspace_id: string) =>
  openPlatform(env, createExecutionContext(), { request_id: newId('req') }).context({
    workspace_id,
    actor: { type: 'system', name: 'test' },
  });

const count = async (sql: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(sql)
      .bind(...values)
      .first<{ n: number }>()
  )?.n;

/** Returns all remaining data of a workspace's files. */
async function remains(workspace_id: string) {
  return {
    files: await count('select count(*) as n from files where workspace_id = ?', workspace_id),
    chunks: await count('select count(*) as n from chunks where workspace_id = ?', workspace_id),
    vectors: await count('select count(*) as n from vectors where workspace_id = ?', workspace_id),
    objects: (await env.FILES.list({ prefix: workspace_id })).objects.length,
  };
}

const keywordRows = (base: string) =>
  count('select count(*) as n from chunk_words where chunk_words match ?', `scope : "${base}"`);

/** Rows of the index of terms without a chunk. */
const orphanedTerms = () =>
  count('select count(*) as n from chunk_terms where rowid not in (select seq from chunks)');

const statuses = ['extracting', 'chunking', 'embedding', 'indexing'];
const nothing = { files: 0, chunks: 0, vectors: 0, objects: 0 };
const long = Array.from(
  { length: 300 },
  (_, index) => `Paragraph ${index} speaks of the number ${index * 7}.`,
).join('\n\n');

describe('the life cycle of a file', () => {
  it('stores the text that its chunks are slices of', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 100, chunk_overlap_tokens: 20 });
    const file = await addText(workspace, base, 'long.txt', long);
    const object = await env.FILES.get(`${workspace.id}/${file.id}/text-${file.attempts}`);
    const text = (await object?.text()) ?? '';
    const first = await workspace.get(`/files/${file.id}/chunks?limit=10`);
    const rest = await workspace.get(
      `/files/${file.id}/chunks?limit=100&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    );
    const chunks = [...first.body.data, ...rest.body.data];
    expect(chunks).toHaveLength(file.chunk_count);
    for (const chunk of chunks) expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
  });

  it('shows every step of a long text, in its order', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 1000 });
    // The queue loses the message, so that only this test runs the job.
    const lost = { sendBatch: async () => undefined } as unknown as Queue;
    const text = 'A sentence of a text that is long enough. '.repeat(12_000);
    const path = `/api/v1/knowledge-bases/${base}/files`;
    const { body } = await requestWith({ JOBS: lost }, 'POST', path, workspace.key, {
      json: { name: 'long.txt', text },
    });
    const { database, statements } = recording(env.DB);
    const platform = openPlatform({ ...env, DB: database } as Env, createExecutionContext(), {
      request_id: newId('req'),
    });
    const actor = { type: 'system', name: 'test' } as const;
    const ctx = platform.context({ workspace_id: workspace.id, actor });
    await knowledgeJobs['file.ingest'].run(ctx, { type: 'file.ingest', file_id: body.id });
    const written = statements
      .filter(({ sql }) => /^(?:update|insert into) "files"/.test(sql))
      .flatMap(({ values }) => values.filter((value) => statuses.includes(value as string)));
    expect([...new Set(written)]).toEqual(statuses);
    expect((await settled(workspace, body.id)).status).toBe('ready');
  });

  it('ends in the same state when the job runs twice, concurrently or in sequence (R64)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 60, chunk_overlap_tokens: 10 });
    const file = await addText(workspace, base, 'long.txt', long);
    await forget(file.id);
    const run = () =>
      knowledgeJobs['file.ingest'].run(contextOf(workspace.id), {
        type: 'file.ingest',
        file_id: file.id,
      });
    await Promise.all([run(), run(), run()]);
    await run();
    const after = await settled(workspace, file.id);
    expect(after).toMatchObject({ status: 'ready', chunk_count: file.chunk_count });
    expect(await remains(workspace.id)).toEqual({
      files: 1,
      chunks: file.chunk_count,
      vectors: file.chunk_count,
      objects: 2,
    });
    expect(await keywordRows(base)).toBe(file.chunk_count);
  });

  it('completes after a worker crash, without traces of the crashed attempt (R67)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 60, chunk_overlap_tokens: 10 });
    const file = await addText(workspace, base, 'long.txt', long);
    await forget(file.id);
    const ctx = contextOf(workspace.id);
    const upsert = vi.fn(ctx.vectors.upsert);
    const dying = {
      ...ctx,
      vectors: {
        ...ctx.vectors,
        upsert: upsert.mockRejectedValueOnce(new Error('the worker died')),
      },
    };
    await expect(
      knowledgeJobs['file.ingest'].run(dying, { type: 'file.ingest', file_id: file.id }),
    ).rejects.toThrow('died');
    expect((await workspace.get(`/files/${file.id}`)).body.status).toBe('indexing');
    expect(
      (await workspace.post(`/knowledge-bases/${base}/search`, { query: 'paragraph number' })).body
        .hits,
    ).toEqual([]);
    await knowledgeJobs['file.ingest'].run(ctx, { type: 'file.ingest', file_id: file.id });
    expect(await remains(workspace.id)).toEqual({
      files: 1,
      chunks: file.chunk_count,
      vectors: file.chunk_count,
      objects: 2,
    });
    expect(await keywordRows(base)).toBe(file.chunk_count);
  });

  it('fails with a reason when its original is gone or its attempts are exhausted, and can be reprocessed (R33, R65)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'Some text.');
    await env.FILES.delete(`${workspace.id}/${file.id}`);
    expect((await workspace.post(`/files/${file.id}/reprocess`)).status).toBe(202);
    expect(await settled(workspace, file.id)).toMatchObject({
      status: 'failed',
      error: { code: 'gone' },
    });
    await env.FILES.put(`${workspace.id}/${file.id}`, 'Some text.');
    await env.DB.prepare("update files set status = 'embedding' where id = ?").bind(file.id).run();
    expect((await workspace.post(`/files/${file.id}/reprocess`)).body.code).toBe('conflict');
    await knowledgeJobs['file.ingest'].onExhausted(
      contextOf(workspace.id),
      { type: 'file.ingest', file_id: file.id },
      'why',
    );
    expect((await workspace.get(`/files/${file.id}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 'internal' },
    });
    await workspace.post(`/files/${file.id}/reprocess`);
    expect(await settled(workspace, file.id)).toMatchObject({ status: 'ready', error: null });
  });

  it('leaves no data after deletion (R77)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'A canary sings.');
    expect((await workspace.delete(`/files/${file.id}`)).status).toBe(204);
    expect((await workspace.get(`/files/${file.id}`)).status).toBe(404);
    expect(
      (await workspace.post(`/knowledge-bases/${base}/search`, { query: 'canary' })).body,
    ).toMatchObject({ hits: [], confidence: 0 });
    await atRest(workspace.id);
    expect(await remains(workspace.id)).toEqual(nothing);
    expect(await keywordRows(base)).toBe(0);
    expect(await orphanedTerms()).toBe(0);
    expect((await workspace.get(`/knowledge-bases/${base}`)).body.chunk_count).toBe(0);
  });

  it('is deleted with its base (R77)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    for (const name of ['a', 'b', 'c'])
      await addText(workspace, base, `${name}.txt`, `The canary ${name} sings.`);
    expect((await workspace.delete(`/knowledge-bases/${base}`)).status).toBe(204);
    expect((await workspace.get(`/knowledge-bases/${base}`)).status).toBe(404);
    expect(
      (await workspace.post(`/knowledge-bases/${base}/files`, { name: 'd.txt', text: 'late' }))
        .status,
    ).toBe(404);
    await atRest(workspace.id);
    expect(await remains(workspace.id)).toEqual(nothing);
    expect(await count('select count(*) as n from knowledge_bases where id = ?', base)).toBe(0);
  });

  it('removes the object of an upload that crashed before its row (R33, R66)', async () => {
    const workspace = await newWorkspace();
    const ctx = contextOf(workspace.id);
    const orphan = newId('file');
    await env.FILES.put(`${workspace.id}/${orphan}`, 'orphan');
    await knowledgeJobs['file.delete'].run(ctx, { type: 'file.delete', file_id: orphan });
    expect(await remains(workspace.id)).toEqual(nothing);
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'alive');
    await knowledgeJobs['file.delete'].run(ctx, { type: 'file.delete', file_id: file.id });
    expect((await workspace.get(`/files/${file.id}`)).body.status).toBe('ready');
  });
});
