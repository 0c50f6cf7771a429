import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newChat, readFrames } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';
import { countAll, tenantTables } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

const day = 86_400_000;
const answer: Round = {
  text: ['one ', 'two ', 'three'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const slowly: Round = { ...answer, fault: { kind: 'drip', bytes: 100, ms: 40 } };

const tick = (given: Env = env) =>
  runSchedule('7 * * * *', given, { waitUntil: () => undefined } as unknown as ExecutionContext, [
    'retention',
    'run_retention',
  ]);

/** Backdates the creation of a session. */
const age = (id: string, days: number) =>
  env.DB.prepare(
    'update sessions set created_at = created_at - ?1, expires_at = expires_at - ?1 where id = ?2',
  )
    .bind(days * day, id)
    .run();

const isThere = async (workspace: Workspace, session: string) =>
  (await workspace.get(`/sessions/${session}`)).status === 200;

/** Returns every row and stored file that contains a text. */
async function whereIs(canary: string): Promise<string[]> {
  const tables = await tenantTables();
  const found: string[] = [];
  const words = await env.DB.prepare(
    'select count(*) n from messages_fts where messages_fts match ?',
  )
    .bind(canary)
    .first<number>('n');
  if (words !== 0) found.push('messages_fts');
  for (const table of tables) {
    const { results } = await env.DB.prepare(`select * from ${table}`).all();
    if (results.some((row) => JSON.stringify(row).toLowerCase().includes(canary)))
      found.push(table);
  }
  const { objects } = await env.FILES.list();
  for (const { key } of objects)
    if ((await (await env.FILES.get(key))?.text())?.toLowerCase().includes(canary)) found.push(key);
  return found;
}

describe('deleting a session', () => {
  it('erases all of its texts and files (R77)', async () => {
    const canary = `canary${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const chat = await newChat({
      rounds: [{ ...answer, text: [`You said ${canary}.`] }],
      repeat: true,
    });
    const { workspace, session } = chat;
    const upload = await workspace.post(`/sessions/${session}/attachments`, {
      name: 'note.md',
      text: `# Note\n\nThe word is ${canary}.\n`,
    });
    const file = upload.body.data?.[0]?.id ?? upload.body.id;
    await vi.waitUntil(
      async () => (await workspace.get(`/attachments/${file}`)).body.status === 'ready',
      {
        timeout: 150_000,
        interval: 100,
      },
    );
    const { id } = (
      await chat.send(
        { message: `My word is ${canary}`, attachments: [file] },
        { 'idempotency-key': 'one' },
      )
    ).body;
    await workspace.post(`/messages/${id}/regenerate`);
    await workspace.put(`/messages/${id}/feedback`, { rating: 'down', comment: `Not ${canary}!` });
    await workspace.patch(`/sessions/${session}`, { title: `About ${canary}` });
    await atRest(workspace.id);
    expect(await whereIs(canary)).toEqual(
      expect.arrayContaining(['messages', 'messages_fts', 'sessions', 'feedback', 'runs']),
    );
    expect((await workspace.delete(`/sessions/${session}`)).status).toBe(204);
    await atRest(workspace.id);
    expect(await whereIs(canary)).toEqual([]);
    const { usage, sessions } = await countAll(workspace.id);
    expect([sessions, (usage ?? 0) > 0]).toEqual([0, true]);
    expect((await chat.send({ message: 'Still there?' })).status).toBe(404);
  });

  it('stops an active run', async () => {
    const chat = await newChat({
      rounds: [{ ...slowly, fault: { kind: 'drip', bytes: 50, ms: 150 } }],
    });
    const stream = await chat.stream({ message: 'Hello?' });
    const host = env.SESSIONS.get(env.SESSIONS.idFromName(chat.session));
    const kept = () =>
      runInDurableObject(host, async (_host, { storage }) => (await storage.list()).size);
    await vi.waitUntil(async () => (await kept()) > 0, { timeout: 150_000, interval: 50 });
    expect((await chat.workspace.delete(`/sessions/${chat.session}`)).status).toBe(204);
    await readFrames(stream);
    expect(await kept()).toBe(0);
    const { messages, runs, sessions, run_steps } = await countAll(chat.workspace.id);
    expect([messages, runs, sessions, run_steps]).toEqual([0, 0, 0, 0]);
  });
});

describe('the hourly tick', () => {
  it("erases expired sessions of all workspaces, and those older than their workspace's retention (R79)", async () => {
    const chat = await newChat({ rounds: [answer], repeat: true });
    const { workspace, agent } = chat;
    await workspace.patch('/workspace', { retention_days: 30 });
    const make = async (json: object = {}) =>
      (await workspace.post(`/agents/${agent}/sessions`, json)).body.id as string;
    const [old, young, expired, lasting] = [
      await make(),
      await make(),
      await make({ expires_in_s: 60 }),
      await make({ expires_in_s: 86_400 }),
    ];
    await chat.send({ message: 'Hello?' });
    await age(old, 31);
    await age(young, 29);
    await age(expired, 1);
    await tick();
    const there = await Promise.all(
      [old, young, expired, lasting, chat.session].map((id) => isThere(workspace, id)),
    );
    expect(there).toEqual([false, true, false, true, true]);
    const { results } = await env.DB.prepare(
      "select detail from audit_log where workspace_id = ? and action = 'session.expire'",
    )
      .bind(workspace.id)
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => JSON.parse(detail))).toEqual([{ sessions: 2 }]);
  });

  it('keeps all sessions of a workspace without retention', async () => {
    const { workspace, session } = await newChat({ rounds: [answer] });
    await age(session, 3650);
    await tick();
    expect(await isThere(workspace, session)).toBe(true);
  });

  it('leaves a session with an active run for the next tick', async () => {
    const chat = await newChat({ rounds: [slowly] });
    await chat.workspace.patch('/workspace', { retention_days: 1 });
    const stream = await chat.stream({ message: 'Hello?' });
    await age(chat.session, 2);
    await tick();
    expect((await readFrames(stream)).at(-1)?.data.type).toBe('finish');
    expect(await isThere(chat.workspace, chat.session)).toBe(true);
    await tick();
    expect(await isThere(chat.workspace, chat.session)).toBe(false);
  });

  it('erases runs without a session after 30 days, or within hours without content logging', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer], repeat: true });
    const run = async () =>
      (await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?' })).body.run_id as string;
    const first = await run();
    await workspace.patch('/workspace', { content_logging: false });
    const second = await run();
    const ageRun = (id: string, days: number) =>
      env.DB.prepare('update run_contents set expires_at = expires_at - ?2 where run_id = ?1')
        .bind(id, days * day)
        .run();
    const there = async () =>
      Promise.all([first, second].map(async (id) => (await workspace.get(`/runs/${id}`)).status));
    for (const id of [first, second]) await ageRun(id, 0.5);
    await tick();
    expect(await there()).toEqual([200, 404]);
    await ageRun(first, 30);
    await tick();
    expect(await there()).toEqual([404, 404]);
    const { runs, run_steps, run_contents } = await countAll(workspace.id);
    expect([runs, run_steps, run_contents]).toEqual([0, 0, 0]);
  });

  it('continues with other workspaces when the sessions of one cannot be erased (R68)', async () => {
    const chats = [
      await newChat({ rounds: [answer] }),
      await newChat({ rounds: [answer] }),
    ] as const;
    const [broken, sound] = chats;
    for (const { workspace, session } of chats) {
      await workspace.patch('/workspace', { retention_days: 1 });
      await age(session, 5);
    }
    await env.DB.prepare(
      `create trigger no_erasing before delete on sessions when old.id = '${broken.session}' begin select raise(abort, 'it stays'); end`,
    ).run();
    const more = (await broken.workspace.post(`/agents/${broken.agent}/sessions`, {})).body.id;
    await age(more, 4);
    try {
      await tick();
      expect([
        await isThere(broken.workspace, broken.session),
        await isThere(broken.workspace, more),
      ]).toEqual([true, false]);
      expect(await isThere(sound.workspace, sound.session)).toBe(false);
    } finally {
      await env.DB.prepare('drop trigger no_erasing').run();
    }
    await tick();
    expect(await isThere(broken.workspace, broken.session)).toBe(false);
  });

  it('erases many sessions, a share of them per tick, oldest first (R68)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A', config: {} })).body.id;
    await workspace.patch('/workspace', { retention_days: 1 });
    const template = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
    await env.DB.prepare(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 520)
       insert into sessions (id, workspace_id, agent_id, on_busy, inputs, metadata, created_at, updated_at)
       select printf('ses_%026d', i), s.workspace_id, s.agent_id, 'reject', '{}', '{}', s.created_at - ?1 - i, s.updated_at
       from n, sessions s where s.id = ?2`,
    )
      .bind(2 * day, template)
      .run();
    await tick();
    const left = await env.DB.prepare('select id from sessions where workspace_id = ? order by id')
      .bind(workspace.id)
      .all<{ id: string }>();
    expect(left.results).toHaveLength(21);
    expect(left.results[0]?.id).toBe(`ses_${'1'.padStart(26, '0')}`);
    await tick();
    expect((await countAll(workspace.id)).sessions).toBe(1);
  });
});

describe('a workspace without content logging', () => {
  it('keeps messages, but no text in traces, events and logs (R79)', async () => {
    const canary = 'quokka';
    const words = vi.spyOn(console, 'log');
    const chat = await newChat({ rounds: [{ ...answer, text: [`A ${canary}.`] }], repeat: true });
    const { workspace, session } = chat;
    await workspace.patch('/workspace', { content_logging: false });
    const { body } = await chat.send({ message: `Is it a ${canary}?` });
    expect(body.text).toBe(`A ${canary}.`);
    const run = (await workspace.get(`/runs/${body.run_id}`)).body;
    expect(run.steps.length).toBeGreaterThan(0);
    expect(JSON.stringify(run)).not.toContain(canary);
    expect(run.steps.at(-1).output).toMatchObject({ finish_reason: 'stop', output_tokens: 3 });
    const row = await env.DB.prepare('select events from runs where id = ?')
      .bind(body.run_id)
      .first('events');
    expect(row).toBeNull();
    // A later listener gets the answer from the message.
    expect((await workspace.get(`/runs/${body.run_id}/events`)).body).toContain(canary);
    expect((await workspace.get(`/sessions/${session}/messages`)).body.data).toHaveLength(2);
    expect(JSON.stringify(words.mock.calls)).not.toContain(canary);
    words.mockRestore();
    // The setting applies at once, also to a session that its host has cached.
    await workspace.patch('/workspace', { content_logging: true });
    const next = await chat.send({ message: `And a second ${canary}?` });
    expect(JSON.stringify((await workspace.get(`/runs/${next.body.run_id}`)).body.steps)).toContain(
      canary,
    );
  });
});
