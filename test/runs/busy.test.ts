import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { type Chat, newChat, openStream, readFrames, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

const slowly: Round = {
  text: ['one ', 'two ', 'three'],
  usage: { input_tokens: 10, output_tokens: 3 },
  fault: { kind: 'drip', bytes: 400, ms: 20 },
};
const many = 30;
const times = Array.from({ length: many }, (_, index) => index);

/**
 * The rows of a session, oldest first: sequence numbers, roles, states of the runs, billed calls.
 */
async function stateOf({ workspace, session }: Chat) {
  const read = async <Row>(sql: string) =>
    (await env.DB.prepare(sql).bind(workspace.id).all<Row>()).results;
  const messages = await read<{ seq: number; role: string; id: string; parent_id: string | null }>(
    'select seq, role, id, parent_id from messages where workspace_id = ? order by seq',
  );
  const runs = await read<{ status: string }>(
    'select status from runs where workspace_id = ? order by id',
  );
  const usage = await read<{ run_id: string }>(
    "select run_id from usage where workspace_id = ? and operation = 'answer'",
  );
  const { body } = await workspace.get(`/sessions/${session}`);
  return {
    messages,
    statuses: runs.map(({ status }) => status),
    usage,
    active_run_id: body.active_run_id,
  };
}

const isGapless = (messages: readonly { readonly seq: number }[]) =>
  messages.every(({ seq }, index) => seq === index + 1);

describe('a refused request', () => {
  it('interrupts no run, and fails before it is queued', async () => {
    const chat = await newChat({
      rounds: [{ ...slowly, fault: { kind: 'drip', bytes: 60, ms: 60 } }],
    });
    const running = await chat.stream({ message: 'Hello?' });
    for (const on_busy of ['interrupt', 'queue']) {
      expect(
        (await chat.send({ message: 'I?', on_busy, version: '99' })).body.errors,
      ).toMatchObject([{ pointer: '/version' }]);
      const attachments = ['att_01kajv2q5ve0mt8h2vj3c6x7ra'];
      expect((await chat.send({ message: 'I?', on_busy, attachments })).body.errors).toMatchObject([
        { pointer: '/attachments/0' },
      ]);
      expect((await stateOf(chat)).active_run_id).not.toBeNull();
    }
    expect(textOf(await readFrames(running))).toBe('one two three');
    expect((await stateOf(chat)).statuses).toEqual(['completed']);
  });
});

describe('thirty messages at once', () => {
  it('with one key are one run, one usage row and thirty times the same answer (R55)', async () => {
    const chat = await newChat({ rounds: [slowly] });
    const answers = await Promise.all(
      times.map(() => chat.send({ message: 'Hello?' }, { 'idempotency-key': 'one' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(times.map(() => 200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(
      answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true'),
    ).toHaveLength(many - 1);
    const { messages, statuses, usage } = await stateOf(chat);
    expect([messages.length, statuses, usage.length]).toEqual([2, ['completed'], 1]);
    expect(await chat.provider.requests()).toHaveLength(1);
    const other = await chat.send({ message: 'Something else' }, { 'idempotency-key': 'one' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('with one key, as streams, receive the same events from the start', async () => {
    const chat = await newChat({ rounds: [slowly] });
    const key = { 'idempotency-key': 'one' };
    const first = await chat.stream({ message: 'Hello?' }, key);
    const joined = await Promise.all(
      times.slice(1).map(() => chat.stream({ message: 'Hello?' }, key)),
    );
    const [frames, ...others] = await Promise.all(
      [first, ...joined].map((response) => readFrames(response)),
    );
    expect(textOf(frames ?? [])).toBe('one two three');
    for (const other of others) expect(other).toEqual(frames);
    // And again after the end.
    expect(await readFrames(await chat.stream({ message: 'Hello?' }, key))).toEqual(frames);
  });

  it('are answered one at a time with the policy `reject` (R59)', async () => {
    const chat = await newChat({ rounds: [slowly], repeat: true });
    const answers = await Promise.all(
      times.map((index) =>
        chat.send({ message: `Hello ${index}?` }, { 'idempotency-key': `${index}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(many - 1);
    const { id } = (answers.find(({ status }) => status === 200) as (typeof answers)[number]).body
      .run;
    for (const { body, headers } of refused) {
      expect(body).toMatchObject({ code: 'session_busy', run_id: id });
      expect(headers.get('retry-after')).toBe('1');
    }
    const { messages, usage } = await stateOf(chat);
    expect([messages.length, usage.length]).toEqual([2, 1]);
  });

  it('are answered in order with the policy `queue`', async () => {
    const chat = await newChat(
      { rounds: [{ ...slowly, fault: { kind: 'drip', bytes: 2000, ms: 1 } }], repeat: true },
      { session: { on_busy: 'queue' } },
    );
    const answers = await Promise.all(
      times.map((index) => chat.send({ message: `Hello ${index}?` })),
    );
    expect(answers.map(({ status, body }) => [status, body.text])).toEqual(
      times.map(() => [200, 'one two three']),
    );
    const { messages, statuses, usage, active_run_id } = await stateOf(chat);
    expect(isGapless(messages)).toBe(true);
    expect(messages.map(({ parent_id }) => parent_id)).toEqual([
      null,
      ...messages.slice(0, -1).map(({ id }) => id),
    ]);
    expect(messages.map(({ role }) => role)).toEqual(times.flatMap(() => ['user', 'assistant']));
    expect([statuses, usage.length, active_run_id]).toEqual([
      times.map(() => 'completed'),
      many,
      null,
    ]);
  });

  it('leave the last one active with the policy `interrupt`', async () => {
    const chat = await newChat({ rounds: [slowly], repeat: true });
    const answers = await Promise.all(
      times.map((index) => chat.send({ message: `Hello ${index}?`, on_busy: 'interrupt' })),
    );
    const whole = answers.filter(
      ({ status, body }) => status === 200 && body.run.status === 'completed',
    );
    expect(whole.map(({ body }) => body.text)).toEqual(['one two three']);
    for (const { status, body } of answers.filter((answer) => !whole.includes(answer))) {
      expect(status === 200 ? body.run.status : body.code).toBe(
        status === 200 ? 'cancelled' : 'run_cancelled',
      );
    }
    const { messages, statuses, active_run_id } = await stateOf(chat);
    expect(isGapless(messages)).toBe(true);
    expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(many - 1);
    expect([statuses.at(-1), active_run_id]).toEqual(['completed', null]);
  });

  it('fill a bounded queue', async () => {
    const chat = await newChat(
      { rounds: [slowly], repeat: true },
      { session: { on_busy: 'queue' } },
    );
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => chat.send({ message: `Hello ${index}?` })),
    );
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.length).toBeGreaterThan(0);
    const { messages } = await stateOf(chat);
    expect(isGapless(messages)).toBe(true);
    expect(messages).toHaveLength((60 - refused.length) * 2);
  });
});

describe('queued messages', () => {
  const says = (text: string): Round => ({ ...slowly, text: [`${text} `, 'and ', 'more'] });

  it('stay queued while another one interrupts, which is answered first', async () => {
    const stalls: Round = { ...slowly, fault: { kind: 'stall', events: 2 } };
    const chat = await newChat({ rounds: [stalls, says('second'), says('third')] });
    const first = chat.send({ message: 'A' });
    await vi.waitUntil(async () => (await chat.provider.requests()).length === 1, {
      timeout: 150_000,
    });
    const waiting = chat.send({ message: 'B', on_busy: 'queue' });
    await vi.waitUntil(
      async () =>
        (await chat.workspace.get(`/sessions/${chat.session}`)).body.active_run_id !== null,
      { timeout: 150_000 },
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    const interrupting = chat.send({ message: 'D', on_busy: 'interrupt' });
    const [a, b, d] = await Promise.all([first, waiting, interrupting]);
    expect([a.body.run?.status ?? a.body.code, d.body.text, b.body.text]).toEqual([
      expect.stringMatching(/cancelled/),
      'second and more',
      'third and more',
    ]);
    const asked = (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body.data
      .filter(({ role }: { role: string }) => role === 'user')
      .map(({ text }: { text: string }) => text);
    expect(asked).toEqual(['B', 'D', 'A']);
  });

  it('are rejected when their session is deleted, without a model call', async () => {
    const stalls: Round = { ...slowly, fault: { kind: 'stall', events: 2 } };
    const chat = await newChat({ rounds: [stalls, slowly, slowly, slowly] });
    const first = chat.send({ message: 'A' });
    await vi.waitUntil(async () => (await chat.provider.requests()).length === 1, {
      timeout: 150_000,
    });
    const waiting = ['B', 'C', 'D'].map((message) => chat.send({ message, on_busy: 'queue' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await chat.workspace.delete(`/sessions/${chat.session}`)).status).toBe(204);
    for (const answer of await Promise.all(waiting))
      expect([answer.status, answer.body.code]).toEqual([409, 'session_closed']);
    await first;
    expect(await chat.provider.requests()).toHaveLength(1);
  });

  it('receive an open stream before their turn', async () => {
    const stalls: Round = { ...slowly, fault: { kind: 'stall', events: 2 } };
    const chat = await newChat({ rounds: [stalls, slowly] }, { session: { on_busy: 'queue' } });
    const first = chat.send({ message: 'A' });
    await vi.waitUntil(async () => (await chat.provider.requests()).length === 1, {
      timeout: 150_000,
    });
    const run = (await chat.workspace.get(`/sessions/${chat.session}`)).body.active_run_id;
    const second = await chat.stream({ message: 'B' });
    expect([second.status, second.headers.get('x-run-id')]).toEqual([200, null]);
    await chat.workspace.post(`/runs/${run}/cancel`);
    expect(textOf(await readFrames(second))).toBe('one two three');
    await first;
  });
});

describe('a client that disconnects', () => {
  it('leaves its run active, and finds it by its key', async () => {
    const chat = await newChat({ rounds: [slowly] });
    const key = { 'idempotency-key': 'mine' };
    await readFrames(await chat.stream({ message: 'Hello?' }, key), (frames) => frames.length > 2);
    const { body } = await chat.workspace.get(`/sessions/${chat.session}`);
    const attached = await openStream(chat.workspace, 'GET', `/runs/${body.active_run_id}/events`);
    const again = await chat.stream({ message: 'Hello?' }, key);
    expect(textOf(await readFrames(again))).toBe('one two three');
    expect(textOf(await readFrames(attached))).toBe('one two three');
    expect(await chat.provider.requests()).toHaveLength(1);
  });

  it('may retry with the same key after a failure, without a second message', async () => {
    const chat = await newChat({ rounds: [{ fault: { kind: 'status', status: 400 } }, slowly] });
    const key = { 'idempotency-key': 'mine' };
    const failed = await chat.send({ message: 'Hello?' }, key);
    expect([failed.status, failed.body.code]).toEqual([502, 'provider_error']);
    const again = await chat.send({ message: 'Hello?' }, key);
    expect([again.status, again.body.text]).toEqual([200, 'one two three']);
    expect((await chat.send({ message: 'Hello?' }, key)).body).toEqual(again.body);
    const { messages, statuses } = await stateOf(chat);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(statuses).toEqual(['failed', 'completed']);
    await vi.waitUntil(async () => (await stateOf(chat)).active_run_id === null, {
      timeout: 150_000,
    });
  });
});
