import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../src/shared/digest.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, request, toRequest, type Workspace } from '../support/api.ts';
import { atRest } from '../support/resources.ts';
import { tablesWith } from '../support/rows.ts';
import { found, scan } from '../support/scan.ts';
import { runSchedule } from '../support/schedule.ts';

/** Random words that nothing else contains, also when an index shortens their beginning. */
class Plants {
  readonly all: string[] = [];

  word(): string {
    const word = `${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}7`;
    this.all.push(word);
    return word;
  }

  words(count: number): string {
    return Array.from({ length: count }, () => this.word()).join(' ');
  }

  /** The end of each, which an index of words keeps at least. */
  get ends(): string[] {
    return this.all.map((word) => word.slice(-14));
  }
}

const tick = async () => {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', env as Env, execution, ['audit_log', 'outbox']);
  await waitOnExecutionContext(execution);
};

const statusOf = async (workspace: Workspace, id: string) =>
  (await workspace.get(`/erasures/${id}`)).body.status;

/** Runs the second pass of an erasure, which otherwise follows after 15 minutes. */
async function finish(workspace: Workspace, id: string) {
  const due = () =>
    env.DB.prepare(
      `update outbox set due_at = 0 where job ->> 'erasure_id' = ? and id = ? returning id`,
    )
      .bind(id, id.replace('era_', 'job_'))
      .all();
  await vi.waitUntil(async () => (await due()).results.length === 1, {
    timeout: 150_000,
    interval: 100,
  });
  await tick();
  await vi.waitUntil(async () => (await statusOf(workspace, id)) === 'completed', {
    timeout: 150_000,
    interval: 100,
  });
  await atRest(workspace.id);
  return (await workspace.get(`/erasures/${id}`)).body;
}

/** A person who came by a channel and a share link: a message that has no session yet, with its file, and an address. */
async function reach(workspace: string, agent: string, user: string, plants: Plants) {
  const [link, channel, key] = [newId('shl'), newId('chn'), `${workspace}/channels/${user}/0`];
  const email = `${plants.word()}@example.com`;
  const files = [{ name: plants.word(), media_type: 'text/plain', ref: null, object_key: key }];
  await env.FILES.put(key, plants.words(5));
  const insert = (statement: string, ...values: (string | number)[]) =>
    env.DB.prepare(statement).bind(...values);
  const [thread, target] = [newId('cht'), JSON.stringify({ to: plants.word() })];
  await env.DB.batch([
    insert(
      `insert into share_visitors (id, workspace_id, link_id, email, created_at, seen_at) values (?, ?, ?, ?, 1, 1)`,
      ...[user, workspace, link, email],
    ),
    insert(
      `insert into share_codes (link_id, email, workspace_id, hash, sends, window_start, sent_at, expires_at) values (?, ?, ?, 'x', 1, 1, 1, 9e12)`,
      ...[link, email, workspace],
    ),
    insert(
      `insert into channel_threads (id, workspace_id, channel_id, agent_id, thread_key, end_user_id, session_id, target, last_message_at, created_at)
       values (?, ?, ?, ?, 'x', ?, ?, ?, 1, 1)`,
      ...[thread, workspace, channel, agent, user, newId('ses'), target],
    ),
    insert(
      `insert into channel_messages (id, workspace_id, channel_id, external_id, thread_id, position, text, files, status, run_id, created_at)
       values (?, ?, ?, 'x', ?, 1, ?, ?, 'failed', ?, 1)`,
      ...[newId('chi'), workspace, channel, thread, plants.words(5), JSON.stringify(files)],
      newId('run'),
    ),
  ]);
}

/** Stores data of a person in every way that the API offers. */
async function live(workspace: Workspace, plants: Plants) {
  const user = plants.word();
  const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
  await workspace.put('/rate-limits', {
    end_user: { overrides: [{ id: user, requests_per_day: 1000 }] },
  });
  const budget = { name: 'Theirs', scope: 'end_user', subject_id: user, period: 'month' };
  expect((await workspace.post('/budgets', { ...budget, limit_usd: 10 })).status).toBe(201);
  const each = { name: 'Each', scope: 'end_user', period: 'month', limit_usd: 10 };
  await workspace.post('/budgets', each);
  const { body: token } = await workspace.post('/end-user-tokens', {
    end_user_id: user,
    agent_ids: [agent],
  });
  const holder = workspace.as(token.token);
  const session = (
    await holder.post(`/agents/${agent}/sessions`, {
      title: plants.word(),
      metadata: { note: plants.word() },
    })
  ).body.id;
  const attached = await holder.post(`/sessions/${session}/attachments`, {
    name: `${plants.word()}.txt`,
    text: plants.words(40),
  });
  expect(attached.status, JSON.stringify(attached.body)).toBe(201);
  const sent = await holder.post(
    `/sessions/${session}/messages`,
    { message: plants.words(60), attachments: [attached.body.id] },
    { headers: { 'idempotency-key': plants.word() } },
  );
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
  const rated = await holder.put(`/messages/${sent.body.id}/feedback`, {
    rating: 'down',
    comment: plants.words(10),
    tags: ['slow'],
  });
  expect(rated.status).toBe(200);
  const forked = await holder.post(`/sessions/${session}/messages`, { message: plants.words(20) });
  expect(forked.status).toBe(200);
  const file = {
    filename: `${plants.word()}.txt`,
    file_data: `data:text/plain;base64,${btoa(plants.words(20))}`,
  };
  const content = [
    { type: 'text', text: plants.words(30) },
    { type: 'file', file },
  ];
  const chat = await request('POST', '/v1/chat/completions', workspace.key, {
    json: { model: agent, user, messages: [{ role: 'user', content }] },
  });
  expect(chat.status, JSON.stringify(chat.body)).toBe(200);
  const run = await holder.post(`/agents/${agent}/runs`, { message: plants.words(10) });
  expect(run.status).toBe(200);
  const scheduled = await workspace.post(`/agents/${agent}/schedules`, {
    name: 'Daily',
    cron: '0 8 * * *',
    message: plants.words(5),
    end_user_id: user,
  });
  expect(scheduled.status, JSON.stringify(scheduled.body)).toBe(201);
  const dataset = (await workspace.post('/datasets', { name: 'Cases' })).body.id;
  const cased = await workspace.post(`/messages/${sent.body.id}/cases`, { dataset });
  expect(cased.status, JSON.stringify(cased.body)).toBe(201);
  const remembered = { agent_id: agent, text: plants.words(5) };
  const fact = await workspace.post(`/end-users/${user}/memories`, remembered);
  expect(fact.status, JSON.stringify(fact.body)).toBe(201);
  const why = { reason: plants.word(), note: plants.words(5) };
  expect((await workspace.post(`/sessions/${session}/hand-over`, why)).status).toBe(200);
  await holder.post(`/sessions/${session}/messages`, { message: plants.words(5) });
  const replied = await workspace.post(`/sessions/${session}/replies`, { text: plants.words(5) });
  expect(replied.status, JSON.stringify(replied.body)).toBe(201);
  await reach(workspace.id, agent, user, plants);
  // Rows that other work stores: events, rollups, archives.
  await env.DB.batch([
    env.DB.prepare(
      `insert into webhook_events (id, workspace_id, type, subject_id, data, created_at) values (?, ?, 'feedback.created', 'fb_1', ?, 1)`,
    ).bind(crypto.randomUUID(), workspace.id, JSON.stringify({ end_user_id: user })),
    env.DB.prepare(
      `insert into analytics_rollups (workspace_id, agent_id, dimension, grain, bucket, slices) values (?, ?, 'top', 'hour', 0, ?)`,
    ).bind(workspace.id, agent, JSON.stringify({ [`user:${user}`]: {} })),
  ]);
  const line = { id: 'use_1', end_user_id: user, cost_usd: 1 };
  const part = 1 + (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  const key = `usage-archives/${workspace.id}/2026-01-01.${part}.ndjson.gz`;
  const zipped = new Response(`${JSON.stringify(line)}\n`).body?.pipeThrough(
    new CompressionStream('gzip'),
  );
  await env.FILES.put(key, await new Response(zipped).arrayBuffer());
  await env.DB.prepare(
    `insert into usage_archives (id, workspace_id, day, part, object_key, row_count, cost_nano_usd, byte_size, sha256, created_at)
     values (?, ?, 0, ?, ?, 1, 1, 1, 'x', 1)`,
  )
    .bind(`arc_${crypto.randomUUID()}`, workspace.id, part, key)
    .run();
  await atRest(workspace.id);
  return { user, agent, session, holder };
}

describe('the erasure of an end user', () => {
  it('leaves none of 200 planted words in any store, and nothing of others changed (R77)', async () => {
    const workspace = await newWorkspace();
    const plants = new Plants();
    const { user, agent, holder } = await live(workspace, plants);
    const other = new Plants();
    const bob = await live(workspace, other);
    expect(plants.all.length).toBeGreaterThan(200);
    const before = await scan();
    // The key of a request is stored as a digest only.
    expect(found(before, plants.ends).length).toBe(plants.all.length - 1);
    const kept = found(before, other.ends).length;

    const started = await workspace.delete(`/end-users/${encodeURIComponent(user)}`);
    expect([started.status, started.body.status]).toEqual([202, 'running']);
    const { id } = started.body;
    expect(started.body.subject_hash).toBe(await sha256(`${id}\n${user}`));
    expect((await holder.get('/sessions')).status).toBe(401);
    const back = await workspace.post(`/agents/${agent}/sessions`, { end_user_id: user });
    expect([back.status, back.body.code]).toEqual([409, 'conflict']);
    const again = await workspace.delete(`/end-users/${user}`);
    expect([again.status, again.body.id]).toEqual([202, id]);

    const done = await finish(workspace, id);
    expect(found(await scan(), plants.ends)).toEqual([]);
    expect(found(await scan(), other.ends).length).toBe(kept);
    expect(done.removed).toMatchObject({ sessions: 1, attachments: 2, schedules: 1, archives: 1 });
    expect((await workspace.get(`/end-users/${user}`)).status).toBe(404);
    expect((await holder.get('/sessions')).status).toBe(401);
    expect((await bob.holder.get('/sessions')).body.data).toHaveLength(1);
    // Its cost stays counted, under the pseudonym.
    const { results } = await env.DB.prepare(
      `select count(*) as n from usage where workspace_id = ? and end_user_id = ?`,
    )
      .bind(workspace.id, done.pseudonym)
      .all<{ n: number }>();
    expect(results[0]?.n).toBeGreaterThan(0);
    // The person may come back.
    const fresh = await workspace.post(`/agents/${agent}/sessions`, { end_user_id: user });
    expect(fresh.status).toBe(201);
  });

  it('ends with a receipt that anybody can verify, and nobody can change (R77)', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.delete('/end-users/nobody');
    const { receipt } = await finish(workspace, body.id);
    const verified = await workspace.post('/erasures/verify', { receipt });
    expect(verified.body).toMatchObject({
      is_valid: true,
      payload: {
        erasure_id: body.id,
        workspace_id: workspace.id,
        subject_hash: await sha256(`${body.id}\nnobody`),
        removed: {},
      },
    });
    const { keys } = (await request('GET', '/api/v1/erasure-keys', null)).body;
    const jwk = keys.find(({ kid }: { kid: string }) => kid === verified.body.kid);
    const [head = '', payload = '', signature = ''] = receipt.split('.');
    const decode = (text: string) =>
      Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['verify']);
    const text = new TextEncoder().encode(`${head}.${payload}`);
    expect(await crypto.subtle.verify('Ed25519', key, decode(signature), text)).toBe(true);
    const forged = btoa(JSON.stringify({ ...verified.body.payload, removed: { sessions: 9 } }));
    for (const wrong of [
      `${head}.${forged.replaceAll('=', '')}.${signature}`,
      `${btoa('{"alg":"none","kid":"x"}')}.${payload}.`,
      `${receipt}.`,
      receipt.slice(0, -4),
      'x',
    ])
      expect((await workspace.post('/erasures/verify', { receipt: wrong })).body).toEqual({
        is_valid: false,
        kid: null,
        payload: null,
      });
  });

  it('is not undone by what is written while it runs, and erases that in its second pass (R77)', async () => {
    const workspace = await newWorkspace();
    const plants = new Plants();
    const { user, agent } = await live(workspace, plants);
    const { body } = await workspace.delete(`/end-users/${user}`);
    await vi.waitUntil(
      async () =>
        (
          await env.DB.prepare('select is_again from erasures where id = ?')
            .bind(body.id)
            .first<{ is_again: number }>()
        )?.is_again === 1,
      { timeout: 150_000, interval: 100 },
    );
    await env.DB.prepare(
      `insert into usage (id, workspace_id, call_key, end_user_id, provider, model, operation, latency_ms, status, created_at)
       values (?, ?, ?, ?, 'p', 'm', 'answer', 1, 'ok', 1)`,
    )
      .bind(crypto.randomUUID(), workspace.id, crypto.randomUUID(), user)
      .run();
    await env.DB.prepare(
      `insert into approvals (id, workspace_id, agent_id, run_id, end_user_id, tool_call_id, tool_name, effect, reason, digest, status, created_at, expires_at)
       values (?, ?, ?, 'run_1', ?, 'c', 't', 'read', 'r', 'd', 'expired', 1, 1)`,
    )
      .bind(crypto.randomUUID(), workspace.id, agent, user)
      .run();
    expect((await workspace.get(`/end-users/${user}`)).status).toBe(404);
    await finish(workspace, body.id);
    expect(found(await scan(), plants.ends)).toEqual([]);
  });

  it('deletes exports of the workspace, also one that is being written (R77, R78)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
    const word = new Plants().word();
    const session = { end_user_id: 'ada', title: word };
    await workspace.post(`/agents/${agent}/sessions`, session);
    const read = async (id: string) => (await workspace.get(`/workspace/exports/${id}`)).body;
    const { id } = (await workspace.post('/workspace/exports')).body;
    await vi.waitUntil(async () => (await read(id)).status === 'completed', {
      timeout: 150_000,
      interval: 50,
    });
    const { url } = await read(id);
    const download = async () => {
      const { status, body } = await exports.default.fetch(toRequest('GET', url, null));
      await new Response(body).arrayBuffer();
      return status;
    };
    expect(await download()).toBe(200);
    // A part that an interrupted step has written, and nobody refers to.
    const key = `${workspace.id}/exports/wex_x/job_x`;
    await env.FILES.put(key, word);
    // One whose next step is not taken yet.
    const other = newId('wex');
    await env.DB.prepare(
      `insert into workspace_exports (id, workspace_id, status, parts, rows, object_count, object_bytes, created_at, updated_at, expires_at)
       values (?, ?, 'in_progress', ?, '{}', 0, 0, 1, 1, 9e12)`,
    )
      .bind(other, workspace.id, JSON.stringify([{ key, byte_size: 1 }]))
      .run();
    const { body } = await workspace.delete('/end-users/ada');
    await finish(workspace, body.id);
    expect(await download()).toBe(404);
    for (const one of [id, other])
      expect(await read(one)).toMatchObject({
        ...{ status: 'failed', url: null, byte_size: 0, error: expect.stringContaining('erased') },
      });
    expect(found(await scan(), [word])).toEqual([]);
  });

  it('knows every table that holds the id of an end user (R77)', async () => {
    // A new one needs a step of the erasure, and a section of the export.
    expect(await tablesWith('end_user_id', 'subject')).toEqual([
      'approvals',
      'budget_alerts',
      'budget_counters',
      'budget_holds',
      'channel_threads',
      'code_executions',
      'end_user_exports',
      'erasures',
      'experiment_late_facts',
      'experiment_subjects',
      'feedback',
      'generated_files',
      'hand_overs',
      'mcp_authorizations',
      'memories',
      'run_contents',
      'runs',
      'schedules',
      'sessions',
      'usage',
    ]);
  });

  it('of somebody who was never seen is made all the same, and says so', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
    await workspace.post(`/agents/${agent}/sessions`, { end_user_id: 'customer-1' });
    const budget = { name: 'Theirs', scope: 'end_user', subject_id: 'unseen', period: 'month' };
    await workspace.post('/budgets', { ...budget, limit_usd: 1 });
    const erase = async (user: string) => (await workspace.delete(`/end-users/${user}`)).body;
    const [known, unseen] = [await erase('customer-1'), await erase('unseen')];
    expect([known.is_known, unseen.is_known]).toEqual([true, false]);
    expect((await workspace.get(`/erasures/${unseen.id}`)).body.is_known).toBe(false);
    const budgets = async () => (await workspace.get('/budgets')).body.data.length;
    await vi.waitUntil(async () => (await budgets()) === 0, { timeout: 150_000, interval: 100 });
  });

  it('continues where it was interrupted', async () => {
    const workspace = await newWorkspace();
    const plants = new Plants();
    const { user } = await live(workspace, plants);
    // The database refuses one step, until the fault is repaired.
    await env.DB.prepare(
      `create trigger fault before delete on schedules begin select raise(abort, 'fault'); end`,
    ).run();
    const { body } = await workspace.delete(`/end-users/${user}`);
    const stepOf = async () =>
      (
        await env.DB.prepare('select step from erasures where id = ?')
          .bind(body.id)
          .first<{ step: string }>()
      )?.step;
    try {
      await vi.waitUntil(async () => (await stepOf()) === 'schedules', {
        timeout: 150_000,
        interval: 100,
      });
      expect(await statusOf(workspace, body.id)).toBe('running');
    } finally {
      await env.DB.prepare('drop trigger fault').run();
    }
    const resumed = await workspace.delete(`/end-users/${user}`);
    expect(resumed.body.id).toBe(body.id);
    const { removed } = await finish(workspace, body.id);
    expect(removed).toMatchObject({ sessions: 1, schedules: 1 });
    expect(found(await scan(), plants.ends)).toEqual([]);
  });
});
