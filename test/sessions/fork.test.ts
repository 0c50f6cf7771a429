import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace } from '../support/api.ts';
import { type Chat, newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { countAll } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

const says = (...text: string[]): Round => ({
  text,
  usage: { input_tokens: 10, output_tokens: 3 },
});

// biome-ignore lint/suspicious/noExplicitAny: tests look at the wire, whatever it is.
const messagesOf = async ({ workspace }: Chat, session: string): Promise<any[]> =>
  (await workspace.get(`/sessions/${session}/messages?limit=100`)).body.data.toReversed();

describe('a fork', () => {
  it('has the branch up to a message, and continues independently', async () => {
    const chat = await newChat(
      { rounds: [says('A'), says('B'), says('C'), says('D')] },
      { session: { end_user_id: 'ada', title: 'Grinder' } },
    );
    const { workspace, session } = chat;
    const first = (await chat.send({ message: 'First?' })).body;
    await chat.send({ message: 'Second?' });
    const before = await messagesOf(chat, session);
    const { status, body } = await workspace.post(`/sessions/${session}/fork`, {
      message_id: first.id,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      end_user_id: 'ada',
      title: 'Grinder',
      message_count: 2,
      forked_from_message_id: first.id,
    });
    const copied = await messagesOf(chat, body.id);
    expect(copied.map(({ text, seq }) => [text, seq])).toEqual([
      ['First?', 1],
      ['A', 2],
    ]);
    expect(copied[1]).toMatchObject({
      parent_id: copied[0].id,
      run_id: first.run_id,
      session_id: body.id,
      run: { id: first.run_id },
    });
    expect(copied[1].id).toBe(body.active_message_id);
    const next = await workspace.post(`/sessions/${body.id}/messages`, { message: 'Elsewhere?' });
    expect(next.body.text).toBe('C');
    expect((await messagesOf(chat, body.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await messagesOf(chat, session)).toEqual(before);
    // The run still belongs to the original session.
    const events = await workspace.get(`/runs/${first.run_id}/events`);
    expect(events.body).toContain(first.id);
    expect((await workspace.get(`/runs/${first.run_id}`)).body.session_id).toBe(session);
    const { runs, usage } = await countAll(workspace.id);
    expect([runs, usage]).toEqual([3, 3]);
  });

  it('survives the original session, and is erased completely', async () => {
    const chat = await newChat({ rounds: [says('A'), says('B')] });
    const { workspace, session } = chat;
    const { id } = (await chat.send({ message: 'First?' })).body;
    const fork = (
      await workspace.post(`/sessions/${session}/fork`, { message_id: id, title: null })
    ).body;
    expect(fork.title).toBeNull();
    await workspace.delete(`/sessions/${session}`);
    const [, answer] = await messagesOf(chat, fork.id);
    expect([answer.text, answer.run]).toEqual(['A', null]);
    expect((await workspace.post(`/messages/${answer.id}/regenerate`)).body.text).toBe('B');
    expect((await workspace.delete(`/sessions/${fork.id}`)).status).toBe(204);
    const { messages, sessions, runs } = await countAll(workspace.id);
    expect([messages, sessions, runs]).toEqual([0, 0, 0]);
  });

  it('shares files, which are kept as long as one of both sessions exists', async () => {
    const chat = await newChat({ rounds: [says('A')], repeat: true });
    const { workspace, session } = chat;
    const upload = await workspace.post(`/sessions/${session}/attachments`, {
      name: 'note.md',
      text: '# Note\n\nThe code word is Rosebud.\n',
    });
    const file = upload.body.data?.[0]?.id ?? upload.body.id;
    await vi.waitUntil(
      async () => (await workspace.get(`/attachments/${file}`)).body.status === 'ready',
      {
        timeout: 150_000,
        interval: 100,
      },
    );
    await chat.send({ message: 'Read this.', attachments: [file] });
    const { id } = (await chat.send({ message: 'What is the code word?' })).body;
    const fork = (await workspace.post(`/sessions/${session}/fork`, { message_id: id })).body;
    const [question] = await messagesOf(chat, fork.id);
    expect(question.attachments).toHaveLength(1);
    expect(question.attachments[0].id).not.toBe(file);
    await workspace.delete(`/sessions/${session}`);
    await workspace.post(`/sessions/${fork.id}/messages`, { message: 'Once more?' });
    expect(JSON.stringify((await chat.provider.requests()).at(-1))).toContain('Rosebud');
    const content = await workspace.get(`/attachments/${question.attachments[0].id}/content`);
    expect(content.body).toContain('Rosebud');
  });

  it('is found by its messages', async () => {
    const chat = await newChat({ rounds: [says('Use citric acid.')] });
    const { workspace, agent, session } = chat;
    const { id } = (await chat.send({ message: 'How do I descale it?' })).body;
    const fork = (
      await workspace.post(`/sessions/${session}/fork`, { message_id: id, title: 'Copy' })
    ).body;
    await runSchedule('* * * * *', env, {
      waitUntil: () => undefined,
    } as unknown as ExecutionContext);
    const { data } = (await workspace.get(`/agents/${agent}/sessions?q=citric`)).body;
    expect(data.map((found: { id: string }) => found.id)).toContain(fork.id);
  });

  it('copies two thousand messages in one batch', async () => {
    const chat = await newChat({ rounds: [says('A')] });
    const { workspace, session } = chat;
    const { id, run_id } = (await chat.send({ message: 'First?' })).body;
    const ids = [id, ...Array.from({ length: 1998 }, () => newId('msg'))];
    const rows = ids.slice(1).map((to, index) => [to, ids[index], index + 3]);
    await env.DB.prepare(
      `insert into messages (id, workspace_id, session_id, seq, parent_id, depth, role, text, citations, run_id, created_at)
       select j.value ->> 0, ?1, ?2, j.value ->> 2, j.value ->> 1, j.value ->> 2, iif((j.value ->> 2) % 2, 'user', 'assistant'), 'text ' || (j.value ->> 2), '[]', ?3, 0
       from json_each(?4) j`,
    )
      .bind(workspace.id, session, run_id, JSON.stringify(rows))
      .run();
    await env.DB.prepare('update sessions set head_id = ?, message_seq = 2000 where id = ?')
      .bind(ids.at(-1), session)
      .run();
    const { status, headers, body } = await workspace.post(`/sessions/${session}/fork`, {
      message_id: ids.at(-1),
    });
    expect([status, body.message_count]).toEqual([201, 2000]);
    expect(headers.get('server-timing')).toMatch(/trips;desc="?[1-4]\b|db/);
    const newest = await workspace.get(`/sessions/${body.id}/messages?limit=2`);
    expect(newest.body.data.map(({ text }: { text: string }) => text)).toEqual([
      'text 2000',
      'text 1999',
    ]);
  });

  it('is created once per idempotency key, and only from sessions that the caller may see', async () => {
    const chat = await newChat({ rounds: [says('A')], repeat: true });
    const { workspace, agent, session } = chat;
    const { id } = (await chat.send({ message: 'First?' })).body;
    const fork = () =>
      workspace.post(
        `/sessions/${session}/fork`,
        { message_id: id },
        { headers: { 'idempotency-key': 'f' } },
      );
    expect((await fork()).body).toEqual((await fork()).body);
    const other = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
    expect(
      (await workspace.post(`/sessions/${other}/fork`, { message_id: id })).body.errors,
    ).toEqual([{ pointer: '/message_id', detail: 'This message does not exist in this session.' }]);
    for (const caller of [await newWorkspace(), await workspace.withRole('runtime')])
      expect((await caller.post(`/sessions/${session}/fork`, { message_id: id })).status).toBe(404);
  });
});
