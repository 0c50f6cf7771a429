import { env } from 'cloudflare:workers';
import { toFile } from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request } from '../../support/api.ts';
import { makePdf } from '../../support/documents.ts';
import { Site } from '../../support/outbound.ts';
import { atRest } from '../../support/resources.ts';
import { countRows } from '../../support/rows.ts';
import { runSchedule } from '../../support/schedule.ts';
import { clientOf, failureOf, says, scene } from './support.ts';

const pdf = makePdf([['Invoice 815'], ['One grinder costs 89 EUR.']]);
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
const gif = 'GIF89a\u0001\u0000\u0001\u0000';
const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4]);
const keysOf = async (workspace_id: string) =>
  (await env.FILES.list({ prefix: `${workspace_id}/` })).objects.map(({ key }) => key);
const tick = () =>
  runSchedule('7 * * * *', env, { waitUntil: () => undefined } as unknown as ExecutionContext);

describe('files with the openai client', () => {
  it('are uploaded, listed, read and deleted with their objects', async () => {
    const workspace = await newWorkspace();
    const { files } = clientOf(workspace.key);
    const first = await files.create({
      file: await toFile(pdf, 'invoice.pdf'),
      purpose: 'user_data',
    });
    const second = await files.create({
      file: await toFile(new TextEncoder().encode('Hours: nine to five.'), 'hours.txt'),
      purpose: 'assistants',
    });
    expect(first).toMatchObject({
      object: 'file',
      bytes: pdf.byteLength,
      filename: 'invoice.pdf',
      purpose: 'user_data',
      status: 'processed',
    });
    expect(first).not.toHaveProperty('expires_at');
    expect(await files.retrieve(first.id)).toEqual(first);
    const content = await files.content(first.id);
    expect([
      content.headers.get('content-type'),
      new Uint8Array(await content.arrayBuffer()),
    ]).toEqual(['application/pdf', pdf]);
    expect((await files.list()).data).toEqual([second, first]);
    expect((await files.list({ purpose: 'assistants' })).data).toEqual([second]);
    const ids = [];
    for await (const { id } of files.list({ limit: 1, order: 'asc' })) ids.push(id);
    expect(ids).toEqual([first.id, second.id]);
    expect(await files.delete(first.id)).toEqual({ id: first.id, object: 'file', deleted: true });
    await atRest(workspace.id);
    expect((await failureOf(files.retrieve(first.id))).status).toBe(404);
    expect((await keysOf(workspace.id)).filter((key) => key.includes(first.id))).toEqual([]);
  });

  it('expire and are erased by the hourly task', async () => {
    const workspace = await newWorkspace();
    const { files } = clientOf(workspace.key);
    const file = await files.create({
      file: await toFile(png, 'dot.png'),
      purpose: 'vision',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    });
    expect(file.expires_at).toBe(file.created_at + 3600);
    await env.DB.prepare('update uploads set expires_at = 1 where id = ?').bind(file.id).run();
    expect((await failureOf(files.retrieve(file.id))).status).toBe(404);
    expect((await files.list()).data).toEqual([]);
    await tick();
    await atRest(workspace.id);
    expect([await countRows('uploads', workspace.id), await keysOf(workspace.id)]).toEqual([0, []]);
  });

  it('are created once per Idempotency-Key and reject unsupported types and fields', async () => {
    const workspace = await newWorkspace();
    const { files } = clientOf(workspace.key);
    const upload = async (name: string, more: object = {}, key?: string) =>
      files.create(
        {
          file: await toFile(new TextEncoder().encode('Text'), name),
          purpose: 'user_data',
          ...more,
        } as never,
        key === undefined ? {} : { headers: { 'idempotency-key': key } },
      );
    expect((await upload('a.txt', {}, 'k')).id).toBe((await upload('a.txt', {}, 'k')).id);
    for (const [name, more, status, param] of [
      ['a.exe', {}, 415, null],
      ['a.pdf', {}, 415, null],
      ['a.txt', { purpose: 'batch' }, 400, 'purpose'],
      ['a.txt', { purpose: undefined }, 400, 'purpose'],
      [
        'a.txt',
        { expires_after: { anchor: 'created_at', seconds: 60 } },
        400,
        'expires_after.seconds',
      ],
    ] as const) {
      const error = await failureOf(upload(name, more));
      expect([error.status, error.param], name).toEqual([status, param]);
    }
    expect((await failureOf(upload('a.txt', { purpose: undefined }))).code).toBe(
      'missing_required_parameter',
    );
    await atRest(workspace.id);
    expect(await countRows('uploads', workspace.id)).toBe(1);
  });

  it('are visible to keys that may read all agents and to the key that uploaded them', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const runtime = await workspace.withRole('runtime');
    const file = await clientOf(runtime.key).files.create({
      file: await toFile(png, 'dot.png'),
      purpose: 'vision',
    });
    for (const key of [workspace.key, runtime.key])
      expect((await clientOf(key).files.retrieve(file.id)).id).toBe(file.id);
    for (const other of [
      await workspace.withRole('runtime'),
      await workspace.withRole('editor', [agent]),
    ]) {
      const { files, responses } = clientOf(other.key);
      expect((await failureOf(files.retrieve(file.id))).status).toBe(404);
      expect((await files.list()).data).toEqual([]);
      const content = [{ type: 'input_image' as const, file_id: file.id, detail: 'auto' as const }];
      expect(
        (await failureOf(responses.create({ model: agent, input: [{ role: 'user', content }] })))
          .status,
      ).toBe(404);
    }
    const viewer = await workspace.withRole('viewer');
    expect((await failureOf(clientOf(viewer.key).files.retrieve(file.id))).status).toBe(403);
  });
});

describe('files of a request', () => {
  it('are sent to the model as documents from data, an id or a URL, also in later responses', async () => {
    const { client, model, scripted, workspace } = await scene({
      rounds: [says('89 EUR.'), says('Yes.')],
    });
    const text = new TextEncoder().encode('The warranty lasts 3 years.');
    const upload = await client.files.create({
      file: await toFile(text, 'warranty.txt'),
      purpose: 'user_data',
    });
    const url = await new Site().answers('/terms.md', {
      body: '# Terms\n\nReturns within 14 days.',
      headers: { 'content-type': 'text/plain' },
    });
    const first = await client.responses.create({
      model,
      input: [
        {
          role: 'user',
          content: [
            {
              type: 'input_file',
              filename: 'invoice.pdf',
              file_data: `data:application/pdf;base64,${base64(pdf)}`,
            },
            { type: 'input_file', file_id: upload.id },
            { type: 'input_file', file_url: `${url}?v=1` },
            { type: 'input_text', text: 'How much is a grinder?' },
          ],
        },
      ],
    });
    await client.responses.create({ model, input: 'And returns?', previous_response_id: first.id });
    for (const { body } of await scripted.requests()) {
      const sent = JSON.stringify(body);
      for (const part of [
        'grinder costs 89 EUR',
        'warranty lasts 3 years',
        'within 14 days',
        'invoice.pdf',
        'How much is a grinder?',
      ])
        expect(sent, part).toContain(part);
      expect(sent).not.toContain('agentgrid');
    }
    const run = (await workspace.get(`/runs/${first.id.replace('resp_', 'run_')}`)).body;
    expect(run.context.attachments.map(({ included }: { included: string }) => included)).toEqual([
      'whole',
      'whole',
      'whole',
    ]);
  });

  it('stay in their message when the upload is deleted, and are erased with the response', async () => {
    const { client, model, scripted, workspace } = await scene({
      rounds: [says('One.'), says('Two.')],
    });
    const text = new TextEncoder().encode('The code word is tamarind.');
    const upload = await client.files.create({
      file: await toFile(text, 'code.txt'),
      purpose: 'user_data',
    });
    const content = [
      { type: 'input_file' as const, file_id: upload.id },
      { type: 'input_text' as const, text: 'Remember it.' },
    ];
    const first = await client.responses.create({ model, input: [{ role: 'user', content }] });
    await client.files.delete(upload.id);
    await atRest(workspace.id);
    await client.responses.create({ model, input: 'Which?', previous_response_id: first.id });
    expect(JSON.stringify((await scripted.requests())[1]?.body)).toContain('tamarind');
    const { body } = await workspace.get(`/runs/${first.id.replace('resp_', 'run_')}`);
    await workspace.delete(`/sessions/${body.session_id}`);
    await atRest(workspace.id);
    expect(await keysOf(workspace.id)).toEqual([]);
  });

  it('are sent to the model at their positions in a chat completion, images as images', async () => {
    const { client, model, scripted } = await scene({ rounds: [says('Seen.')] });
    const url = await new Site().answers('/dot', {
      body: gif,
      headers: { 'content-type': 'application/octet-stream' },
    });
    await client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${base64(png)}` } },
            { type: 'text', text: 'First' },
          ],
        },
        { role: 'assistant', content: 'A dot.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Second' },
            { type: 'image_url', image_url: { url } },
            {
              type: 'file',
              file: {
                filename: 'notes.md',
                file_data: base64(new TextEncoder().encode('Remember the milk.')),
              },
            },
          ],
        },
      ],
    });
    const [{ body } = { body: null }] = await scripted.requests();
    const input = body.input.filter(({ role }: { role: string }) => role === 'user');
    expect(JSON.stringify(input[0])).toContain(`data:image/png;base64,${base64(png)}`);
    expect(JSON.stringify(input[0])).not.toContain('milk');
    const last = JSON.stringify(input.at(-1));
    for (const part of ['data:image/gif;base64,', 'Remember the milk.', 'Second'])
      expect(last, part).toContain(part);
  });

  it('are quoted by the built-in model, from data and by id', async () => {
    const workspace = await newWorkspace();
    const client = clientOf(workspace.key);
    const text = new TextEncoder().encode('The tamarind machine costs 815 EUR.');
    const upload = await client.files.create({
      file: await toFile(text, 'price.txt'),
      purpose: 'user_data',
    });
    const question = {
      type: 'input_text' as const,
      text: 'How much does the tamarind machine cost?',
    };
    for (const file of [
      { file_id: upload.id },
      { filename: 'price.md', file_data: `data:text/markdown;base64,${base64(text)}` },
    ]) {
      const content = [{ type: 'input_file' as const, ...file }, question];
      const { output_text } = await client.responses.create({
        model: 'builtin/extractive',
        input: [{ role: 'user', content }],
      });
      expect(output_text).toContain('815 EUR');
    }
  });

  it('may exceed the size of a database row and are stored once when sent twice', async () => {
    const { client, model, scripted, workspace } = await scene({
      rounds: [says('Big.')],
      repeat: true,
    });
    const large = new Uint8Array(2_100_000).fill(7);
    large.set(png);
    let binary = '';
    for (let at = 0; at < large.length; at += 8192)
      binary += String.fromCharCode(...large.subarray(at, at + 8192));
    const image = {
      type: 'input_image' as const,
      detail: 'auto' as const,
      image_url: `data:image/png;base64,${btoa(binary)}`,
    };
    const first = await client.responses.create({
      model,
      input: [{ role: 'user', content: [image, { type: 'input_text', text: 'One' }] }],
    });
    await client.responses.create({
      model,
      input: [{ role: 'user', content: [image, image, { type: 'input_text', text: 'Two' }] }],
      previous_response_id: first.id,
    });
    expect((await scripted.requests())[1]?.body.input.length).toBeGreaterThan(2);
    expect(await countRows('attachments', workspace.id)).toBe(1);
  });

  it('report errors at their position in the request', async () => {
    const { client, model } = await scene({ rounds: [] });
    const site = new Site();
    const gone = await site.answers('/gone.pdf', { status: 404 });
    const page = await site.answers('/page.bin', { body: 'Unknown content' });
    const create = (part: object) =>
      failureOf(
        client.responses.create({ model, input: [{ role: 'user', content: [part] }] } as never),
      );
    for (const [part, detail] of [
      [{ type: 'input_file', file_url: gone }, '404'],
      [{ type: 'input_file', file_url: 'http://example.com/a.pdf' }, 'https'],
      [{ type: 'input_file', file_url: 'https://127.0.0.1/a.pdf' }, ''],
      [{ type: 'input_file', file_url: page }, '.bin'],
      [{ type: 'input_image', image_url: page }, 'image types'],
      [
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,!!!' },
        'base64',
      ],
      [
        {
          type: 'input_file',
          filename: 'a.pdf',
          file_data: base64(new TextEncoder().encode('%PDF-1.4 nothing')),
        },
        'could not be read',
      ],
      [{ type: 'input_file' }, 'source'],
    ] as const) {
      const error = await create(part);
      expect([error.status, error.param], JSON.stringify(part)).toEqual([
        400,
        'input[0].content[0]',
      ]);
      expect(error.message).toContain(detail);
    }
    const unknown = await create({ type: 'input_file', file_id: 'file-abc' });
    expect([unknown.status, unknown.param]).toEqual([404, 'input[0].content[0].file_id']);
  });

  it('are erased when the request fails', async () => {
    const { client, model, workspace } = await scene({ rounds: [] });
    const data = `data:text/plain;base64,${btoa('Some text')}`;
    const content = [{ type: 'input_file' as const, filename: 'a.txt', file_data: data }];
    await failureOf(
      client.responses.create({ model: `${model}@99`, input: [{ role: 'user', content }] }),
    );
    await env.DB.prepare('update outbox set due_at = 1 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await runSchedule('* * * * *', env, {
      waitUntil: () => undefined,
    } as unknown as ExecutionContext);
    await vi.waitUntil(async () => (await keysOf(workspace.id)).length === 0, { timeout: 150_000 });
    expect((await request('GET', '/v1/files', workspace.key)).body.data).toEqual([]);
  });
});
