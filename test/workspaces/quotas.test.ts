import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Answer, newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { runSchedule } from '../support/schedule.ts';
import { requestWith } from '../support/worker.ts';
import { quotaOf, send, unique, uploadFile } from './support.ts';

const setQuotas = async ({ id }: Workspace, quotas: Record<string, number | null>) => {
  const { status, body } = await request('PATCH', `/api/v1/workspaces/${id}`, rootKey, {
    json: { quotas },
  });
  expect(status, JSON.stringify(body)).toBe(200);
};
const tool = () => ({
  name: `tool_${unique()}`,
  description: 'Tells the time.',
  effect: 'read',
  url: 'https://api.example.com/time',
  input_schema: { type: 'object', properties: {} },
});
const upload = (workspace: Workspace, base: string, text = `Text ${unique()}`) =>
  workspace.post(`/knowledge-bases/${base}/files`, { name: 'note.txt', text });
const newBase = async (workspace: Workspace) =>
  (await workspace.post('/knowledge-bases', { name: `Base ${unique()}` })).body.id;
const newAgent = (workspace: Workspace) => workspace.post('/agents', { name: `Agent ${unique()}` });
const ready = (workspace: Workspace, file: string) =>
  vi.waitUntil(
    async () => {
      const { body } = await workspace.get(`/files/${file}`);
      return ['ready', 'failed'].includes(body.status) ? body : undefined;
    },
    { timeout: 150_000 },
  );

/** How each resource is made, with what has to be there before. */
const makers: Readonly<Record<string, (workspace: Workspace) => Promise<() => Promise<Answer>>>> = {
  files: async (workspace) => {
    const base = await newBase(workspace);
    return () => upload(workspace, base);
  },
  bytes: async (workspace) => {
    const base = await newBase(workspace);
    // 13 bytes each.
    return () => upload(workspace, base);
  },
  'files of /v1/files': async (workspace) => () => uploadFile(workspace),
  'bytes of /v1/files': async (workspace) => () => uploadFile(workspace),
  agents: async (workspace) => () => newAgent(workspace),
  sessions: async (workspace) => {
    const agent = (await newAgent(workspace)).body.id;
    return () => workspace.post(`/agents/${agent}/sessions`, {});
  },
  tools: async (workspace) => () => workspace.post('/tools', tool()),
  mcp_servers: async (workspace) => () =>
    workspace.post('/tools/mcp', {
      ...{ name: `s${unique()}`, url: 'https://mcp-unknown.example.com/mcp' },
    }),
  evaluations: async (workspace) => {
    const { id } = (await workspace.post('/datasets', { name: 'Hours' })).body;
    await workspace.post(`/datasets/${id}/cases`, { data: [{ input: 'When?' }] });
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const body = { agent, scorers: [{ type: 'contains', texts: ['nine'] }] };
    return () => workspace.post(`/datasets/${id}/evaluations`, body);
  },
  datasets: async (workspace) => () => workspace.post('/datasets', { name: 'Hours' }),
  dataset_cases: async (workspace) => async () => {
    const { id } = (await workspace.post('/datasets', { name: 'Hours' })).body;
    return workspace.post(`/datasets/${id}/cases`, { data: [{ input: 'When?' }] });
  },
  keys: async (workspace) => () => workspace.post('/api-keys', { name: 'Key', role: 'viewer' }),
  knowledge_bases: async (workspace) => () =>
    workspace.post('/knowledge-bases', { name: `Base ${unique()}` }),
  schedules: async (workspace) => {
    const agent = (await newAgent(workspace)).body.id;
    const about = { name: 'Report', cron: '0 8 * * *', message: 'Report.' };
    return () => workspace.post(`/agents/${agent}/schedules`, about);
  },
};

describe('quotas (R32)', () => {
  it('lists every quota with limit, use and the origin of the limit', async () => {
    const workspace = await newWorkspace();
    await newAgent(workspace);
    await setQuotas(workspace, { agents: 7, files: 0 });
    const { status, body } = await workspace.get('/quotas');
    expect(status).toBe(200);
    expect(body.data.map(({ quota }: { quota: string }) => quota)).toEqual([
      ...['files', 'bytes', 'chunks', 'agents', 'sessions', 'tools', 'keys', 'knowledge_bases'],
      'schedules',
      'mcp_servers',
      'datasets',
      'dataset_cases',
      'evaluations',
    ]);
    expect(await quotaOf(workspace, 'agents')).toEqual({
      quota: 'agents',
      limit: 7,
      used: 1,
      source: 'workspace',
    });
    expect(await quotaOf(workspace, 'keys')).toMatchObject({
      limit: 500,
      used: 1,
      source: 'deployment',
    });
    await setQuotas(workspace, { agents: null });
    expect(await quotaOf(workspace, 'agents')).toEqual({
      quota: 'agents',
      limit: 1000,
      used: 1,
      source: 'deployment',
    });
  });

  it.each(Object.keys(makers))(
    'grants exactly the rest of the quota of %s to 50 concurrent requests',
    async (title) => {
      const workspace = await newWorkspace();
      const [name = ''] = title.split(' ');
      const make = await makers[title]?.(workspace);
      if (make === undefined) throw new Error('nothing to make');
      const { used } = await quotaOf(workspace, name);
      const size = name === 'bytes' ? 13 : 1;
      const limit = used + 5 * size;
      await setQuotas(workspace, { [name]: limit });
      const answers = await Promise.all(Array.from({ length: 50 }, make));
      const granted = answers.filter(({ status }) => status < 300);
      const refused = answers.filter(({ status }) => status >= 300);
      expect(granted.length, JSON.stringify(refused[0]?.body)).toBe(5);
      // Where OpenAI's clients ask, it is in their form.
      const refusal = title.includes('/v1') ? 400 : 422;
      for (const { status, body } of refused) {
        const { code, quota, limit: told } = body.error ?? body;
        expect([status, code, quota, told]).toEqual([refusal, 'quota_exceeded', name, limit]);
      }
      expect(await quotaOf(workspace, name)).toMatchObject({ limit, used: limit });
    },
  );

  it('counts an upload once with the messages that share it, until the last of them is erased', async () => {
    const workspace = await newWorkspace();
    const agent = (await newAgent(workspace)).body.id;
    const bytes = async () => (await quotaOf(workspace, 'bytes')).used;
    const { id } = (await uploadFile(workspace, 'Hours: nine.')).body;
    expect([await bytes(), (await quotaOf(workspace, 'files')).used]).toEqual([12, 1]);
    const responses = [
      (await send(workspace, agent, id)).body.id,
      (await send(workspace, agent, id)).body.id,
    ];
    expect(await bytes()).toBe(12);
    await request('DELETE', `/v1/files/${id}`, workspace.key);
    expect([await bytes(), (await quotaOf(workspace, 'files')).used]).toEqual([12, 0]);
    for (const [at, response] of responses.entries()) {
      await request('DELETE', `/v1/responses/${response}`, workspace.key);
      expect(await bytes()).toBe(at === 0 ? 12 : 0);
    }
  });

  it('releases the use of an upload when it expires', async () => {
    const workspace = await newWorkspace();
    const { id } = (await uploadFile(workspace)).body;
    await env.DB.prepare('update uploads set expires_at = 1 where id = ?').bind(id).run();
    const execution = createExecutionContext();
    await runSchedule('7 * * * *', env as Env, execution);
    await waitOnExecutionContext(execution);
    expect([
      (await quotaOf(workspace, 'bytes')).used,
      (await quotaOf(workspace, 'files')).used,
    ]).toEqual([0, 0]);
  });

  it('fails a file whose chunks would exceed the quota, and stores none of them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await setQuotas(workspace, { chunks: 3 });
    const long = Array.from(
      { length: 400 },
      (_, line) => `Sentence ${line} says something about grinders and kettles.`,
    ).join('\n\n');
    const [file] = (await upload(workspace, base, long)).body.data ?? [
      (await upload(workspace, base, long)).body,
    ];
    expect(await ready(workspace, file.id)).toMatchObject({
      status: 'failed',
      chunk_count: null,
      error: { code: 'quota_exceeded' },
    });
    const { n } = (await env.DB.prepare('select count(*) as n from chunks where file_id = ?')
      .bind(file.id)
      .first<{ n: number }>()) ?? {
      n: -1,
    };
    expect(n).toBe(0);
    expect(await quotaOf(workspace, 'chunks')).toMatchObject({ used: 0 });
    await setQuotas(workspace, { chunks: null });
    await workspace.post(`/files/${file.id}/reprocess`);
    const done = await ready(workspace, file.id);
    expect(done.status).toBe('ready');
    expect(await quotaOf(workspace, 'chunks')).toMatchObject({ used: done.chunk_count });
  });

  it('makes exactly as many concurrent files ready as the remaining chunks allow', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await setQuotas(workspace, { chunks: 4 });
    const files = await Promise.all(
      Array.from({ length: 10 }, async () => (await upload(workspace, base)).body.data[0].id),
    );
    const ended = await Promise.all(files.map((id) => ready(workspace, id)));
    expect(ended.map(({ status }) => status).sort()).toEqual([
      ...Array(6).fill('failed'),
      ...Array(4).fill('ready'),
    ]);
    expect(await quotaOf(workspace, 'chunks')).toMatchObject({ used: 4 });
  });

  it('replaces a file, rotates a key and restores an agent within a full quota', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const named = (text: string) =>
      workspace.post(`/knowledge-bases/${base}/files`, { name: 'a.txt', text, external_id: 'a' });
    await named('first text');
    await setQuotas(workspace, { files: 1, bytes: 11, keys: 1 });
    expect((await named('second text')).status).toBe(202);
    expect((await named('a third text')).body).toMatchObject({
      code: 'quota_exceeded',
      quota: 'bytes',
      used: 0,
      limit: 11,
    });
    expect(await quotaOf(workspace, 'bytes')).toMatchObject({ used: 11 });
    expect((await workspace.post(`/api-keys/${workspace.key_id}/rotate`, {})).status).toBe(201);

    const agent = (await newAgent(workspace)).body.id;
    await setQuotas(workspace, { agents: 1 });
    await workspace.delete(`/agents/${agent}`);
    const other = await newAgent(workspace);
    expect(other.status).toBe(201);
    expect((await workspace.post(`/agents/${agent}/restore`)).body).toMatchObject({
      code: 'quota_exceeded',
      quota: 'agents',
    });
    await workspace.delete(`/agents/${other.body.id}`);
    expect((await workspace.post(`/agents/${agent}/restore`)).status).toBe(200);
  });

  it('releases the use of a key when it expires, and counts an expired key that is extended', async () => {
    const workspace = await newWorkspace();
    const soon = new Date(Date.now() + 600).toISOString();
    const { body: key } = await workspace.post('/api-keys', {
      name: 'Short',
      role: 'viewer',
      expires_at: soon,
    });
    await setQuotas(workspace, { keys: 2 });
    const make = () => workspace.post('/api-keys', { name: 'Next', role: 'viewer' });
    expect((await make()).body.quota).toBe('keys');
    await vi.waitUntil(async () => (await quotaOf(workspace, 'keys')).used === 1, {
      timeout: 150_000,
    });
    expect((await make()).status).toBe(201);
    expect((await workspace.patch(`/api-keys/${key.id}`, { expires_at: null })).body.quota).toBe(
      'keys',
    );
  });

  it('refuses a turn that would create a session beyond the quota, and counts no run without a session', async () => {
    const workspace = await newWorkspace();
    const { id } = (await newAgent(workspace)).body;
    await setQuotas(workspace, { sessions: 0 });
    expect((await workspace.post(`/agents/${id}/runs`, { message: 'Hello' })).status).toBe(200);
    const { status, body } = await request('POST', '/v1/responses', workspace.key, {
      json: { model: id, input: 'Hello' },
    });
    expect([status, body.error?.code]).toEqual([400, 'quota_exceeded']);
  });

  it('returns 403 about workspaces to API keys, and rejects other fields', async () => {
    const workspace = await newWorkspace();
    expect(
      (await workspace.patch(`/workspaces/${workspace.id}`, { quotas: { files: 1 } })).status,
    ).toBe(403);
    const json = { quotas: { file: 1 } };
    expect(
      (await request('PATCH', `/api/v1/workspaces/${workspace.id}`, rootKey, { json })).status,
    ).toBe(422);
  });
});

/** Recounts the rows of each quota. */
async function recount(id: string): Promise<Record<string, number>> {
  const counts: Readonly<Record<string, string>> = {
    files: `select count(*) from (select id from files where deleted_at is null and workspace_id = ?1
      union all select id from uploads where workspace_id = ?1)`,
    bytes: `select coalesce(sum(byte_size), 0) from (select byte_size from files where deleted_at is null and workspace_id = ?1
      union all select max(byte_size) from (select object_id, byte_size from attachments where workspace_id = ?1
        union all select id, byte_size from uploads where workspace_id = ?1
        union all select object_id, byte_size from run_files where workspace_id = ?1) group by object_id)`,
    chunks:
      'select count(*) from chunks c join files f on f.id = c.file_id where f.deleted_at is null and c.workspace_id = ?1',
    agents: 'select count(*) from agents where archived_at is null and workspace_id = ?1',
    sessions: `select count(*) from sessions where workspace_id = ?1`,
    tools: 'select count(*) from tools where deleted_at is null and workspace_id = ?1',
    knowledge_bases:
      'select count(*) from knowledge_bases where deleted_at is null and agent_id is null and workspace_id = ?1',
    schedules: 'select count(*) from schedules where workspace_id = ?1',
    mcp_servers: 'select count(*) from mcp_servers where workspace_id = ?1',
    datasets: 'select count(*) from datasets where workspace_id = ?1',
    dataset_cases: 'select count(*) from dataset_cases where workspace_id = ?1',
    evaluations: 'select count(*) from evaluations where workspace_id = ?1',
  };
  const rows = await env.DB.batch<Record<string, number>>(
    Object.values(counts).map((sql) =>
      env.DB.prepare(`${sql.replace(/^select (.*?) from/s, 'select $1 as n from')}`).bind(id),
    ),
  );
  return Object.fromEntries(
    Object.keys(counts).map((name, index) => [name, rows[index]?.results[0]?.n ?? -1]),
  );
}

const steps = [
  'upload',
  'replace',
  'delete file',
  'session',
  'attach',
  'fork',
  'delete session',
  'tool',
  'delete tool',
  'archive',
  'delete base',
  'upload to /v1',
  'send upload',
  'delete upload',
] as const;

describe('counters of quotas', () => {
  it('equal a recount after any operations', async () => {
    await assert(
      asyncProperty(
        array(constantFrom(...steps), { minLength: 8, maxLength: 25 }),
        async (sequence) => {
          const workspace = await newWorkspace();
          const made: Record<string, string[]> = {
            file: [],
            session: [],
            tool: [],
            base: [await newBase(workspace)],
            agent: [],
            upload: [],
          };
          const keep = (kind: string, { body }: Answer) =>
            made[kind]?.push(
              ...(body.data ?? [body]).flatMap(({ id }: { id?: string }) => id ?? []),
            );
          const take = (kind: string) => made[kind]?.pop() ?? 'none';
          keep('agent', await newAgent(workspace));
          for (const step of sequence) {
            const base = made.base?.at(-1) ?? 'none';
            if (step === 'upload') keep('file', await upload(workspace, base));
            if (step === 'replace')
              keep(
                'file',
                await workspace.post(`/knowledge-bases/${base}/files`, {
                  name: 'x.txt',
                  text: unique(),
                  external_id: 'x',
                }),
              );
            if (step === 'delete file') await workspace.delete(`/files/${take('file')}`);
            if (step === 'session')
              keep('session', await workspace.post(`/agents/${made.agent?.[0]}/sessions`, {}));
            if (step === 'attach')
              await workspace.post(`/sessions/${made.session?.at(-1)}/messages`, {
                message: 'Look',
                attachments: await attach(workspace, made.session?.at(-1)),
              });
            if (step === 'fork') {
              const page = await workspace.get(`/sessions/${made.session?.at(-1)}/messages`);
              keep(
                'session',
                await workspace.post(`/sessions/${made.session?.at(-1)}/fork`, {
                  message_id: page.body.data?.[0]?.id,
                }),
              );
            }
            if (step === 'delete session') {
              const session = take('session');
              if (session.startsWith('resp_'))
                await request('DELETE', `/v1/responses/${session}`, workspace.key);
              else await workspace.delete(`/sessions/${session}`);
            }
            if (step === 'tool') keep('tool', await workspace.post('/tools', tool()));
            if (step === 'delete tool') await workspace.delete(`/tools/${take('tool')}`);
            if (step === 'archive')
              await workspace.delete(`/agents/${(await newAgent(workspace)).body.id}`);
            if (step === 'upload to /v1') keep('upload', await uploadFile(workspace));
            if (step === 'send upload') {
              const answer = await send(
                workspace,
                made.agent?.[0] ?? '',
                made.upload?.at(-1) ?? 'none',
              );
              if (answer.status === 200) made.session?.push(answer.body.id);
            }
            if (step === 'delete upload')
              await request('DELETE', `/v1/files/${take('upload')}`, workspace.key);
            if (step === 'delete base') {
              await workspace.delete(`/knowledge-bases/${take('base')}`);
              made.base?.push(await newBase(workspace));
            }
          }
          await vi.waitUntil(
            async () =>
              (await env.DB.prepare('select 1 from outbox where workspace_id = ?')
                .bind(workspace.id)
                .first()) === null,
            { timeout: 150_000 },
          );
          const { data } = (await workspace.get('/quotas')).body;
          const told = Object.fromEntries(
            data.map(({ quota, used }: { quota: string; used: number }) => [quota, used]),
          );
          const { keys: _, ...counters } = told;
          expect(counters).toEqual(await recount(workspace.id));
        },
      ),
      { numRuns: 6 },
    );
  });
});

describe('counters after faults', () => {
  it('count a statement once that is retried after a lost connection', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const agent = (await newAgent(workspace)).body.id;
    const requests = [
      () => ['/agents', { name: `Agent ${unique()}` }],
      () => [`/knowledge-bases/${base}/files`, { name: 'a.txt', text: `Text ${unique()}` }],
      () => [`/agents/${agent}/sessions`, {}],
      () => ['/tools', tool()],
      () => ['/knowledge-bases', { name: 'Base' }],
    ] as const;
    let made = 0;
    for (const next of requests) {
      for (const mode of ['before', 'after'] as const) {
        for (let at = 1; at <= 4; at += 1) {
          const [path, json] = next();
          const options = { json, headers: { 'idempotency-key': unique() } };
          const { database } = faulty(env.DB, { at, mode });
          await requestWith({ DB: database }, 'POST', `/api/v1${path}`, workspace.key, options);
          const again = await requestWith({}, 'POST', `/api/v1${path}`, workspace.key, options);
          expect(again.status, JSON.stringify(again.body)).toBeLessThan(300);
          made += 1;
        }
      }
    }
    expect(made).toBe(40);
    // The sweep sends the ingestion whose commit was not answered.
    await env.DB.prepare(
      "update outbox set due_at = 1 where workspace_id = ? and job ->> 'type' = 'file.ingest'",
    )
      .bind(workspace.id)
      .run();
    await runSchedule('* * * * *', env, createExecutionContext());
    // Not until no job is left: a promise to clean up after an upload waits for an hour.
    const open = env.DB.prepare(
      `select count(*) as n from files where workspace_id = ? and status not in ('ready', 'failed')`,
    );
    await vi.waitUntil(
      async () => (await open.bind(workspace.id).first<{ n: number }>())?.n === 0,
      { timeout: 150_000 },
    );
    const { data } = (await workspace.get('/quotas')).body;
    const { keys: _, ...counters } = Object.fromEntries(
      data.map(({ quota, used }: { quota: string; used: number }) => [quota, used]),
    );
    expect(counters).toEqual(await recount(workspace.id));
    expect(counters).toMatchObject({
      agents: 9,
      files: 8,
      sessions: 8,
      tools: 8,
      knowledge_bases: 9,
    });
  });
});

async function attach(workspace: Workspace, session: string | undefined): Promise<string[]> {
  const { body } = await workspace.post(`/sessions/${session}/attachments`, {
    name: 'n.txt',
    text: `Note ${unique()}`,
  });
  return (body.data ?? [body]).flatMap(({ id }: { id?: string }) => id ?? []);
}
