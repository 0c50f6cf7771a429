import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { attachmentJobs } from '../../src/sessions/index.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { uploadForm } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import { atRest } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';

const objectsOf = async (workspace: Workspace) =>
  (await env.FILES.list({ prefix: workspace.id })).objects.map(({ key }) => key);

const pngOf = (seed: number, length = 60) => {
  const bytes = new Uint8Array(length).fill(seed);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes;
};

async function open(config: object = {}) {
  const workspace = await newWorkspace();
  const agent = (
    await workspace.post('/agents', {
      name: 'A',
      config: { knowledge: { base_ids: [] }, ...config },
    })
  ).body.id;
  const session: string = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
  const path = `/sessions/${session}/attachments`;
  const send = (message: string, attachments: string[] = []) =>
    workspace.post(`/sessions/${session}/messages`, { message, attachments });
  return { workspace, session, path, send, upload: uploadForm.bind(null, workspace, path) };
}

/** An attachment whose text is not extracted yet. */
async function waiting(name = 'a.txt') {
  const opened = await open();
  const { id } = (
    await opened.workspace.post(opened.path, { name, text: 'The grinder costs 89 EUR.' })
  ).body;
  await env.DB.prepare(
    "update attachments set status = 'processing', token_count = null where id = ?",
  )
    .bind(id)
    .run();
  const extract = (ctx = contextOf(opened.workspace)) =>
    attachmentJobs['attachment.extract'].run(ctx, {
      type: 'attachment.extract',
      attachment_id: id,
    });
  return { ...opened, id: id as string, extract };
}

describe('the extraction job of an attachment', () => {
  it('may run twice, concurrently or in sequence (R64)', async () => {
    const { workspace, id, extract } = await waiting();
    await Promise.all([extract(), extract(), extract()]);
    await extract();
    expect((await workspace.get(`/attachments/${id}`)).body).toMatchObject({
      status: 'ready',
      tokens: 7,
    });
    expect(await objectsOf(workspace)).toHaveLength(2);
  });

  it('leaves no data of an attachment deleted during extraction', async () => {
    const { workspace, id, extract } = await waiting();
    const ctx = contextOf(workspace);
    const put = vi.fn(async (...given: Parameters<typeof ctx.files.put>) => {
      expect((await workspace.delete(`/attachments/${id}`)).status).toBe(204);
      await atRest(workspace.id);
      return ctx.files.put(...given);
    });
    await extract({ ...ctx, files: { ...ctx.files, put } });
    expect(put).toHaveBeenCalledOnce();
    expect(await objectsOf(workspace)).toEqual([]);
    await extract();
    expect(await countRows('attachments', workspace.id)).toBe(0);
  });

  it('fails the attachment when attempts are exhausted or the original is gone (R65)', async () => {
    const given = await waiting();
    await attachmentJobs['attachment.extract'].onExhausted(
      contextOf(given.workspace),
      { type: 'attachment.extract', attachment_id: given.id },
      'x',
    );
    expect((await given.workspace.get(`/attachments/${given.id}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 'internal' },
    });
    const gone = await waiting();
    await env.FILES.delete(await objectsOf(gone.workspace));
    await gone.extract();
    expect((await gone.workspace.get(`/attachments/${gone.id}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 'gone' },
    });
    expect((await gone.workspace.get(`/attachments/${gone.id}/content`)).status).toBe(404);
  });

  it('never removes a live attachment', async () => {
    const { workspace, id } = await waiting();
    await attachmentJobs['attachment.delete'].run(contextOf(workspace), {
      type: 'attachment.delete',
      object_ids: [id],
    });
    expect(await objectsOf(workspace)).toHaveLength(2);
  });
});

describe('attachments in a prompt', () => {
  it('are reported as gone when their text is missing', async () => {
    const { workspace, path, send } = await open({ model: 'builtin/extractive' });
    const { id } = (
      await workspace.post(path, { name: 'a.txt', text: 'The grinder costs 89 EUR.' })
    ).body;
    await env.FILES.delete(await objectsOf(workspace));
    const { body } = await send('What does the grinder cost?', [id]);
    expect(body.run.context.attachments).toEqual([
      { id, included: 'none', tokens: 0, reason: 'gone' },
    ]);
  });

  it('include at most ten images and 12 MB of them, the newest message first', async () => {
    const rounds = Array.from({ length: 3 }, () => ({
      text: ['Nice.'],
      usage: { input_tokens: 9, output_tokens: 2 },
    }));
    const scripted = await playScript({ rounds });
    const { workspace, upload, send } = await open({ model: 'openai/gpt-5-mini' });
    await workspace.put('/providers/openai', { api_key: scripted.api_key });
    const idsOf = async (parts: Parameters<typeof upload>[0]) =>
      (await upload(parts)).body.data.map(({ id }: { id: string }) => id);
    const small = await idsOf(
      Array.from({ length: 7 }, (_, index) => ({ name: `${index}.png`, content: pngOf(index) })),
    );
    const more = await idsOf(
      Array.from({ length: 5 }, (_, index) => ({
        name: `${index}.png`,
        content: pngOf(100 + index),
      })),
    );
    const large = await idsOf(
      Array.from({ length: 4 }, (_, index) => ({
        name: `${index}.png`,
        content: pngOf(200 + index, 3_500_000),
      })),
    );
    const reasons = ({ body }: Awaited<ReturnType<typeof send>>) =>
      body.run.context.attachments.map(({ reason }: { reason: string }) => reason);
    await send('Seven.', small);
    expect(reasons(await send('Five.', more))).toEqual([
      ...Array(10).fill(null),
      ...Array(2).fill('too_many_images'),
    ]);
    const third = reasons(await send('Large.', large));
    expect(third).toEqual([
      null,
      null,
      null,
      'too_many_images',
      ...Array(7).fill(null),
      ...Array(5).fill('too_many_images'),
    ]);
    const sent = (await scripted.requests()).map(
      ({ body }) => JSON.stringify(body).split('"input_image"').length - 1,
    );
    expect(sent).toEqual([7, 10, 10]);
  });

  it('exclude fallback models without image support', async () => {
    const scripted = await playScript({
      rounds: Array(8).fill({ text: ['Nice.'], usage: { input_tokens: 9, output_tokens: 2 } }),
    });
    const fallback_models = ['openai/gpt-4', 'openai/gpt-5-mini'];
    const { workspace, upload, send } = await open({
      model: 'anthropic/claude-sonnet-4-5',
      fallback_models,
    });
    await workspace.put('/providers/anthropic', { api_key: 'sk-nobody-knows-this-key' });
    await workspace.put('/providers/openai', { api_key: scripted.api_key });
    expect((await send('Hello?')).status).toBe(200);
    const { id } = (await upload([{ name: 'a.png', content: pngOf(1) }])).body;
    expect((await send('Look.', [id])).status).toBe(200);
    expect((await scripted.requests()).map(({ body }) => body.model)).toEqual([
      'gpt-4',
      'gpt-5-mini',
    ]);
  });
});
