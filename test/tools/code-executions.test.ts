import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { runSchedule } from '../support/schedule.ts';

const execute = (workspace: Workspace, code: string, more: object = {}) =>
  workspace.post('/code-executions', { code, ...more });

const download = (url: string) => exports.default.fetch(new Request(`https://example.com${url}`));
const bytesUsed = async (workspace: Workspace) =>
  (await workspace.get('/quotas')).body.data.find(
    ({ quota }: { quota: string }) => quota === 'bytes',
  ).used;

describe('POST /code-executions', () => {
  it('returns result, console and files, and records the execution', async () => {
    const workspace = await newWorkspace();
    const files = [
      { name: 'sales.csv', text: 'city;amount\nZürich;3\nBern;4,5\n' },
      { name: 'raw.txt', base64: btoa('abc') },
    ];
    const code = `for (let i = 0; i < 100_000; i += 1);
const rows = parseCsv(readFile('sales.csv'));
const total = rows.map((row) => parseNumber(row.amount, { decimal: ',' }));
console.log(rows.length, input.factor);
writeFile('sales.svg', barChart(rows.map((row, i) => ({ ...row, amount: total[i] })), { x: 'city', y: 'amount' }));
return { total: sum(total) * input.factor, raw: [...readBytes('raw.txt')] }`;
    const { status, body } = await execute(workspace, code, { files, input: { factor: 2 } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ ok: true, result: { total: 15, raw: [97, 98, 99] }, status: 'completed', error: null },
      ...{ console: [{ level: 'log', text: '2 2' }], runner: 'quickjs', code, agent_id: null },
      ...{ file_count: 1, language: 'javascript', log_bytes: 3 },
      files: [{ name: 'sales.svg', media_type: 'image/svg+xml', execution_id: body.id }],
    });
    expect(body.ticks).toBeGreaterThan(0);
    const { ok: _, result: __, console: ___, files: ____, ...record } = body;
    expect((await workspace.get(`/code-executions/${body.id}`)).body).toEqual(record);
    const audit = await workspace.get('/audit-log?action=code.execute');
    expect(audit.body.data).toMatchObject([{ target_id: body.id, action: 'code.execute' }]);
  });

  it('executes a repeated request once', async () => {
    const workspace = await newWorkspace();
    const headers = { 'idempotency-key': 'once' };
    const json = { code: "writeFile('a.txt', 'x'); return Math.random()" };
    const first = await workspace.post('/code-executions', json, { headers });
    const again = await workspace.post('/code-executions', json, { headers });
    expect(again.body).toEqual(first.body);
    expect((await workspace.get('/code-executions')).body.data).toHaveLength(1);
    expect((await workspace.get('/generated-files')).body.data).toHaveLength(1);
  });

  it('reports errors of the code as a result, and lists executions by status', async () => {
    const workspace = await newWorkspace();
    const { status, body } = await execute(workspace, 'const a = 1;\nreturn a.b.c');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ ok: false, result: null, status: 'failed', files: [] },
      error: { type: 'exception', name: 'TypeError', line: 2 },
    });
    const loop = await execute(workspace, 'for (;;);', { timeout_ms: 100 });
    expect(loop.body.error).toMatchObject({
      type: 'timeout',
      message: expect.stringContaining('100 ms'),
    });
    await execute(workspace, 'return 1');
    const ids = async (query: string) =>
      (await workspace.get(`/code-executions?${query}`)).body.data.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids('status=failed')).toEqual([loop.body.id, body.id]);
    expect(await ids('status=completed')).toHaveLength(1);
    expect(await ids('agent=nobody')).toEqual([]);
    const page = await workspace.get('/code-executions?limit=2');
    expect(page.body.data).toHaveLength(2);
    expect(await ids(`limit=2&cursor=${page.body.next_cursor}`)).toEqual([body.id]);
  });

  it('answers other requests at once after code was stopped', async () => {
    const workspace = await newWorkspace();
    const stopped = execute(workspace, 'for (;;);', { timeout_ms: 300 });
    const other = await workspace.get('/agents');
    expect(other.status).toBe(200);
    expect((await stopped).body.error.type).toBe('timeout');
    expect((await execute(workspace, 'return 2')).body.result).toBe(2);
  });

  it.each([
    [{ code: '' }, '/code'],
    [{ code: 'x'.repeat(50_001) }, '/code'],
    [{ code: '1', language: 'python' }, '/language'],
    [{ code: '1', timeout_ms: 60_000 }, '/timeout_ms'],
    [
      {
        code: '1',
        files: [
          { name: 'a', text: '' },
          { name: 'a', text: '' },
        ],
      },
      '/files',
    ],
    [{ code: '1', files: [{ name: 'a', base64: '%%%' }] }, '/files/0/base64'],
    [{ code: '1', files: [{ name: 'a', content: '1' }] }, '/files/0/text'],
    [{ code: '1', files: [{ name: 'a.txt', text: 'x'.repeat(8_000_001) }] }, '/files'],
  ])('refuses %#', async (json, pointer) => {
    const { status, body } = await (await newWorkspace()).post('/code-executions', json);
    expect(status).toBe(422);
    expect(body.errors[0].pointer).toBe(pointer);
  });

  it('refuses more than ten at once in a workspace, and forgets those of a process that is gone', async () => {
    const workspace = await newWorkspace();
    const { id } = (await execute(workspace, 'return 1')).body;
    const copy = `insert into code_executions (id, workspace_id, language, runner, status, code_bytes, input_bytes, created_at)
      select 'exec_' || printf('%026d', value), workspace_id, language, runner, 'running', 1, 1, ?
      from code_executions e, json_each('[1,2,3,4,5,6,7,8,9,10]') where e.id = ?`;
    await env.DB.prepare(copy).bind(Date.now(), id).run();
    const refused = await execute(workspace, 'return 1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    await env.DB.prepare(
      "update code_executions set created_at = ? where workspace_id = ? and status = 'running'",
    )
      .bind(Date.now() - 200_000, workspace.id)
      .run();
    expect((await execute(workspace, 'return 1')).status).toBe(201);
    await runSchedule('* * * * *', env, createExecutionContext());
    expect((await workspace.get('/code-executions?status=interrupted')).body.data).toHaveLength(10);
  });

  it('stores neither code nor messages of errors where content is not logged (R79)', async () => {
    const workspace = await newWorkspace();
    await workspace.patch('/workspace', { content_logging: false });
    const { body } = await execute(workspace, "throw new Error('secret of the customer')");
    expect(body.error.message).toBe('secret of the customer');
    expect((await workspace.get(`/code-executions/${body.id}`)).body).toMatchObject({
      code: null,
      error: { name: 'Error', message: null, line: 1 },
    });
    const viewer = await (await newWorkspace()).withRole('viewer');
    expect((await execute(viewer, 'return 1')).status).toBe(403);
  });

  it('hides code and messages from a role without access to messages', async () => {
    const workspace = await newWorkspace();
    const { id } = (await execute(workspace, "throw new Error('private')")).body;
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get(`/code-executions/${id}`)).body).toMatchObject({
      ...{ code: null, error: { name: 'Error', message: null } },
    });
    expect((await viewer.get('/generated-files')).status).toBe(403);
  });
});

describe('generated files', () => {
  it('are downloads that no browser executes, with a key or by a signed link (R31)', async () => {
    const workspace = await newWorkspace();
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const code = `writeFile('größe 1.svg', input); writeFile('a.csv', 'x'); return 1`;
    const { body } = await execute(workspace, code, { input: svg });
    const [file, csv] = body.files;
    const byKey = await request('GET', `/api/v1/generated-files/${file.id}`, workspace.key);
    const byLink = await download(file.url);
    for (const { status, headers } of [byKey, byLink]) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('image/svg+xml');
      expect(headers.get('content-disposition')).toMatch(
        /^attachment; filename="gro_e 1.svg"; filename\*=UTF-8''gr%C3%B6/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(headers.get('cache-control')).toBe('private, no-store');
    }
    expect(await byLink.text()).toBe(svg);
    expect((await download(csv.url)).headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const other = await newWorkspace();
    expect((await other.get(`/generated-files/${file.id}`)).status).toBe(404);
    for (const url of [
      file.url.replace(/signature=.*/, 'signature=AAAA'),
      file.url.replace(/expires=\d+/, 'expires=99999999999'),
      file.url.replace(file.id, csv.id),
    ])
      expect((await download(url)).status, url).toBe(403);
    expect((await download(file.url.replace(/\?.*/, ''))).status).toBe(404);
    await env.DB.prepare('update workspaces set suspended_at = 1 where id = ?')
      .bind(workspace.id)
      .run();
    expect((await download(file.url)).status).toBe(404);
  });

  it('count against the quota of bytes, and expire after 24 hours', async () => {
    const workspace = await newWorkspace();
    const { body } = await execute(
      workspace,
      "writeFile('a.txt', 'x'.repeat(1000)); writeFile('b.txt', 'y')",
    );
    expect(await bytesUsed(workspace)).toBe(1001);
    const [file] = body.files;
    const day = Date.parse(file.expires_at) - Date.parse(body.created_at);
    expect(day).toBeGreaterThanOrEqual(24 * 3_600_000);
    expect((await workspace.get(`/generated-files?execution=${body.id}`)).body.data).toMatchObject([
      ...[{ name: 'b.txt' }, { name: 'a.txt', url: file.url }],
    ]);
    await env.DB.prepare('update generated_files set expires_at = 1 where id = ?')
      .bind(file.id)
      .run();
    expect((await workspace.get(`/generated-files/${file.id}`)).status).toBe(404);
    expect((await download(file.url)).status).toBe(404);
    await runSchedule('* * * * *', env, createExecutionContext());
    expect(await env.FILES.head(`${workspace.id}/${file.id}`)).toBeNull();
    expect(await bytesUsed(workspace)).toBe(1);
    expect((await workspace.get('/generated-files')).body.data).toHaveLength(1);
  });

  it('are refused whole where the quota does not allow them (R32)', async () => {
    const workspace = await newWorkspace();
    await env.DB.prepare(
      "insert into quotas (workspace_id, resource, used, max) values (?, 'bytes', 0, 100)",
    )
      .bind(workspace.id)
      .run();
    const { status, body } = await execute(
      workspace,
      "writeFile('a.txt', 'x'.repeat(60)); writeFile('b.txt', 'y'.repeat(60))",
    );
    expect([status, body.code]).toEqual([422, 'quota_exceeded']);
    expect(await bytesUsed(workspace)).toBe(0);
    expect((await workspace.get('/generated-files')).body.data).toEqual([]);
    expect((await workspace.get('/code-executions?status=failed')).body.data).toHaveLength(1);
    expect((await env.FILES.list({ prefix: `${workspace.id}/gen` })).objects).toEqual([]);
  });
});
