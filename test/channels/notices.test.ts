import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { request, rootKey } from '../support/api.ts';
import { type Line, lineKinds, newLine } from '../support/channels/lines.ts';
import type { Round } from '../support/provider/script.ts';

const says = (text: string): Round => ({ text: [text] });
const fails: Round = { fault: { kind: 'status', status: 400 } };
const cannotAnswer = 'Your message could not be answered. Please send it again.';
const unavailable = 'The assistant is not available at the moment.';
const german = 'Der Assistent ist zurzeit nicht verfügbar.';
const arabic = 'المساعد غير متاح حاليًا.';
const limitReached =
  'The assistant has reached its usage limit and cannot answer now. Please try again later.';
const busy = 'The assistant is busy. Please send your message again in a few minutes.';

const suspend = ({ workspace }: Line) =>
  request('POST', `/api/v1/workspaces/${workspace.id}/suspend`, rootKey);
const archive = ({ workspace, channel }: Line) => workspace.delete(`/agents/${channel.agent}`);
const spend = async ({ workspace }: Line) => {
  const budget = { name: 'All', scope: 'workspace', period: 'month', limit_usd: 0 };
  expect((await workspace.post('/budgets', budget)).status).toBe(201);
};
const limitRate = async ({ workspace }: Line) => {
  const limits = { end_user: { default: { requests_per_day: 0 } } };
  expect((await workspace.put('/rate-limits', limits)).status).toBe(200);
};

describe.each(lineKinds)('a user of a %s channel', (kind) => {
  it('reads once that a message cannot be answered, without the reasons of the deployment', async () => {
    const line = await newLine(kind, [fails]);
    await Promise.all([1, 2].map(() => line.say({ order: 1, text: 'Hi' })));
    await line.settle();
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    expect(await line.shown()).toEqual([cannotAnswer]);
    const [delivery, ...more] = await line.deliveries();
    expect(more).toEqual([]);
    expect(delivery).toMatchObject({ status: 'succeeded', notice: cannotAnswer });
    const { last_error } = (await line.workspace.get(`/channels/${line.channel.id}`)).body;
    expect(last_error).not.toBeNull();
    expect((await line.calls()).map(({ body }) => body).join('\n')).not.toContain(last_error);
  });

  it('reads the same notice once an hour, and that of another kind at once', async () => {
    const line = await newLine(kind, [fails, fails, fails, says('Works again.'), fails]);
    for (const order of [1, 2, 3, 4]) await line.say({ order, text: 'Hi' });
    await line.settle();
    expect(await line.shown()).toEqual([cannotAnswer, 'Works again.']);
    await archive(line);
    await line.say({ order: 5, text: 'Hi' });
    await line.settle();
    expect(await line.shown()).toEqual([cannotAnswer, 'Works again.', unavailable]);
    await env.DB.prepare('update channel_deliveries set created_at = 0 where channel_id = ?')
      .bind(line.channel.id)
      .run();
    await line.say({ order: 6, text: 'Hi' });
    await line.settle();
    expect((await line.shown()).at(-1)).toBe(unavailable);
    expect(await line.shown()).toHaveLength(4);
  });
});

describe('a notice', () => {
  it.each([
    ['the budget is spent', spend, limitReached],
    ['the agent is archived', archive, unavailable],
    ['the rate limit is reached', limitRate, busy],
  ])('says that %s', async (_what, before, text) => {
    const line = await newLine('telegram', [says('Never.')]);
    await before(line);
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    expect(await line.shown()).toEqual([text]);
  });

  it('is not sent while the workspace is suspended: the message is answered afterwards, once', async () => {
    const line = await newLine('telegram', [says('Here I am.')]);
    await suspend(line);
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    for (const _minute of [1, 2]) await line.tick();
    const jobs = () =>
      env.DB.prepare('select count(*) as n from outbox where workspace_id = ?')
        .bind(line.workspace.id)
        .first<number>('n');
    expect([await line.shown(), await jobs()]).toEqual([[], 1]);
    await request('POST', `/api/v1/workspaces/${line.workspace.id}/resume`, rootKey);
    await line.settle();
    await line.tick();
    expect(await line.shown()).toEqual(['Here I am.']);
  });

  it.each([
    ['de-CH', null, german],
    ['ar', null, arabic],
    ['fr', null, unavailable],
    [undefined, null, unavailable],
    ['ar', 'de', german],
    ['de', 'en', unavailable],
  ])(
    'is in the language of the user (%s), or that of the channel (%s)',
    async (user, own, text) => {
      const line = await newLine('telegram', [says('Never.')]);
      const changed = await line.workspace.patch(`/channels/${line.channel.id}`, { language: own });
      expect([changed.status, changed.body.language]).toEqual([200, own]);
      await archive(line);
      const named = (body: string) => {
        const update = JSON.parse(body);
        if (user !== undefined) update.message.from.language_code = user;
        return JSON.stringify(update);
      };
      await line.say({ order: 1, text: 'Hi' }, { change: named });
      await line.settle();
      expect(await line.shown()).toEqual([text]);
    },
  );

  it('about a file follows the language, which a webhook may name with each message', async () => {
    const line = await newLine('webhook', [says('Gut.')]);
    const file = { name: 'a.bin', type: 'application/x-unknown', body: 'x' };
    const change = (body: string) => JSON.stringify({ ...JSON.parse(body), language: 'de' });
    await line.say({ order: 1, text: '', files: [file] }, { change, resign: true });
    await line.settle();
    expect(await line.shown()).toEqual([
      'Diese Datei konnte nicht verwendet werden:\na.bin: dieser Dateityp wird nicht unterstützt',
    ]);
    expect((await line.workspace.get(`/channels/${line.channel.id}`)).body.last_error).toMatch(
      /^This file could not be used/,
    );
  });

  it('replaces the draft of an answer that broke off', async () => {
    const line = await newLine('slack', [fails]);
    await line.say({ order: 1, text: 'Hi' });
    // That of a slow answer, as `draft.test.ts` shows it.
    await env.DB.prepare(
      `insert into channel_deliveries (id, workspace_id, channel_id, thread_id, session_id, source_id, status, external_ids, next_attempt_at, created_at, updated_at)
        select ?, m.workspace_id, m.channel_id, t.id, t.session_id, m.run_id, 'pending', '["1700000042.000100"]', ?, 0, 0
        from channel_messages m join channel_threads t on t.id = m.thread_id where m.channel_id = ?`,
    )
      .bind(newId('chd'), Date.now() + 60_000, line.channel.id)
      .run();
    await line.settle();
    const updates = (await line.calls()).filter(({ url }) => url.endsWith('chat.update'));
    expect(updates.map(({ body }) => JSON.parse(body))).toEqual([
      { channel: 'DU1', ts: '1700000042.000100', text: cannotAnswer },
    ]);
  });

  it('is sent for an answer without text', async () => {
    const line = await newLine('whatsapp', [{ text: [' '] }]);
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    expect(await line.shown()).toEqual(['Your message could not be given an answer.']);
  });

  it('by e-mail is marked as automatic, in the thread of the message', async () => {
    const line = await newLine('email', [fails]);
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    const [sent] = (await line.calls()).map(({ body }) => JSON.parse(body));
    expect(sent).toMatchObject({
      to: ['ada@example.org'],
      subject: 'Re: Grinder',
      text: cannotAnswer,
      headers: { 'auto-submitted': 'auto-replied', 'in-reply-to': '<1@example.org>' },
    });
  });

  it('is sent again after the service refused it', async () => {
    const line = await newLine('telegram', [fails]);
    await line.answers({ status: 502, body: 'Bad gateway' });
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    expect((await line.deliveries())[0]).toMatchObject({ status: 'pending', attempts: 1 });
    await line.accepts();
    await line.tick();
    await line.settle();
    expect((await line.deliveries())[0]).toMatchObject({ status: 'succeeded', attempts: 2 });
  });
});
