import { describe, expect, it } from 'vitest';
import { sentTo } from '../support/channels/http.ts';
import { answersOf, direct, eventOf, newSlack, sendEvent } from '../support/channels/slack.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';
import { countAll } from '../support/rows.ts';

const says = (...text: string[]): Round => ({ text });
const json = { 'content-type': 'application/json' };

describe('a Slack channel', () => {
  it('answers the verification of its address', async () => {
    const slack = await newSlack([]);
    const response = await sendEvent(slack, { type: 'url_verification', challenge: '3eZbrw1aB' });
    expect([response.status, await response.text()]).toEqual([200, '3eZbrw1aB']);
  });

  it('refuses requests without a valid, recent signature over the bytes', async () => {
    const slack = await newSlack([]);
    const body = eventOf(direct('Hi', '1700000001.000100'));
    const responses = await Promise.all([
      sendEvent(slack, body, { secret: 'another-secret-of-slack' }),
      sendEvent(slack, body, { at: Date.now() - 6 * 60_000 }),
      sendEvent(slack, body, { at: Date.now() + 6 * 60_000 }),
      sendEvent(slack, body, { headers: { 'x-slack-signature': '' } }),
      slack.post(JSON.stringify(body), json),
      slack.post('', {}),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
    await atRest(slack.workspace.id);
    expect(await slack.site.calls()).toEqual([]);
    expect((await countAll(slack.workspace.id)).sessions).toBe(0);
  });

  it('answers a direct message in its session, with Markdown as mrkdwn, and continues it', async () => {
    const slack = await newSlack([
      says('**Yes**: see [the manual](https://example.com/m) & `a*b`'),
      says('Again.'),
    ]);
    const { workspace } = slack;
    const first = await sendEvent(
      slack,
      eventOf(direct('Does it &lt;work&gt;?', '1700000001.000100')),
    );
    expect(first.status).toBe(200);
    await atRest(workspace.id);
    await sendEvent(slack, eventOf(direct('And now?', '1700000002.000100'), 'Ev2'));
    await atRest(workspace.id);
    expect(await answersOf(slack)).toEqual([
      '*Yes*: see <https://example.com/m|the manual> &amp; `a*b`',
      'Again.',
    ]);
    const [call] = await slack.site.calls();
    expect(call?.headers.authorization).toBe('Bearer xoxb-0123456789');
    const { data } = (await workspace.get('/sessions')).body;
    expect(data).toEqual([
      expect.objectContaining({
        end_user_id: 'slack:T1:U1',
        message_count: 4,
        agent_id: slack.agent,
      }),
    ]);
    const messages = await workspace.get(`/sessions/${data[0].id}/messages`);
    expect(messages.body.data.at(-1).text).toBe('Does it <work>?');
    const deliveries = await workspace.get(`/channels/${slack.id}/deliveries`);
    expect(deliveries.body.data).toEqual([
      expect.objectContaining({ status: 'succeeded', attempts: 1, session_id: data[0].id }),
      expect.objectContaining({ status: 'succeeded', attempts: 1, error: null }),
    ]);
  });

  it('answers a message once, however often and under whatever event id it arrives', async () => {
    const slack = await newSlack([says('Once.')]);
    const event = direct('Hi', '1700000001.000100');
    const retried = {
      headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' },
    };
    const mention = { ...event, type: 'app_mention' };
    await Promise.all([
      sendEvent(slack, eventOf(event)),
      sendEvent(slack, eventOf(event), retried),
      sendEvent(slack, eventOf(event)),
      sendEvent(slack, eventOf(mention, 'Ev9')),
    ]);
    await atRest(slack.workspace.id);
    await sendEvent(slack, eventOf(event), retried);
    await atRest(slack.workspace.id);
    expect(await sentTo(slack, '/api/chat.postMessage')).toHaveLength(1);
    expect((await countAll(slack.workspace.id)).runs).toBe(1);
  });

  it('answers mentions in a thread of each, continues threads, and ignores other messages and bots', async () => {
    const slack = await newSlack([says('In thread.'), says('Second.')]);
    const inChannel = (text: string, ts: string, more: object = {}) =>
      direct(text, ts, { channel: 'C1', channel_type: 'channel', ...more });
    const ignored = [
      inChannel('Nobody in particular', '1700000001.000100'),
      inChannel('I am a bot', '1700000001.000200', { bot_id: 'B1' }),
      inChannel('<@UBOT> edited', '1700000001.000300', { subtype: 'message_changed' }),
      inChannel('<@UBOT> me', '1700000001.000400', { user: 'UBOT' }),
      { type: 'reaction_added', user: 'U1', item: {} },
    ];
    for (const event of ignored) expect((await sendEvent(slack, eventOf(event))).status).toBe(200);
    await sendEvent(
      slack,
      eventOf({ ...inChannel('<@UBOT> help', '1700000002.000100'), type: 'app_mention' }),
    );
    await atRest(slack.workspace.id);
    const reply = inChannel('More, please', '1700000003.000100', {
      thread_ts: '1700000002.000100',
    });
    await sendEvent(slack, eventOf(reply, 'Ev5'));
    await atRest(slack.workspace.id);
    const where = { channel: 'C1', thread_ts: '1700000002.000100' };
    expect(await answersOf(slack)).toEqual(['In thread.', 'Second.']);
    for (const post of await sentTo(slack, '/api/chat.postMessage'))
      expect(post).toMatchObject(where);
    expect((await countAll(slack.workspace.id)).sessions).toBe(1);
  });

  it('waits as long as Slack says, tries again, and reports faults that last', async () => {
    const slack = await newSlack([says('Late.'), says('Never.')]);
    const { workspace, site } = slack;
    await site.answers('/api/chat.postMessage', { status: 429, headers: { 'retry-after': '7' } });
    const sent = Date.now();
    await sendEvent(slack, eventOf(direct('Hi', '1700000001.000100')));
    await atRest(workspace.id);
    const read = async () => (await workspace.get(`/channels/${slack.id}/deliveries`)).body.data[0];
    const pending = await read();
    expect(pending).toMatchObject({ status: 'pending', attempts: 1, response_status: 429 });
    expect(Date.parse(pending.next_attempt_at)).toBeGreaterThanOrEqual(sent + 7000);
    const body = JSON.stringify({ ok: false, error: 'not_in_channel' });
    await site.answers('/api/chat.postMessage', { body, headers: json });
    await sendEvent(slack, eventOf(direct('Hi again', '1700000002.000100')));
    await atRest(workspace.id);
    expect(await read()).toMatchObject({ status: 'failed', next_attempt_at: null });
    const channel = (await workspace.get(`/channels/${slack.id}`)).body;
    expect(channel.last_error).toBe('Slack refused chat.postMessage: not_in_channel.');
  });

  it('reads files of a message with its token, and sends it nowhere else', async () => {
    const slack = await newSlack([says('Read.'), says('Not read.')]);
    const { workspace, site } = slack;
    const url = await site.answers('/files/invoice.txt', {
      ...{ body: 'One grinder, 89 EUR.', headers: { 'content-type': 'text/plain' } },
    });
    const file = { id: 'F1', name: 'invoice.txt', mimetype: 'text/plain', url_private: url };
    const share = { subtype: 'file_share', files: [file] };
    await sendEvent(slack, eventOf(direct('Look', '1700000001.000100', share)));
    await atRest(workspace.id);
    const { data } = (await workspace.get('/sessions')).body;
    const attachments = await workspace.get(`/sessions/${data[0].id}/attachments`);
    expect(attachments.body.data).toEqual([
      expect.objectContaining({ name: 'invoice.txt', status: 'ready' }),
    ]);
    const evil = { ...file, url_private: 'https://evil.example.com/steal' };
    await sendEvent(
      slack,
      eventOf(direct('And', '1700000002.000100', { ...share, files: [evil] })),
    );
    await atRest(workspace.id);
    const messages = (await workspace.get(`/sessions/${data[0].id}/messages`)).body.data;
    expect(messages[1].text).toContain('[invoice.txt: it could not be downloaded]');
  });

  it('carries a hand-over: messages wait for a person, whose replies and files are sent', async () => {
    const slack = await newSlack([says('Hello.'), says('Back.')]);
    const { workspace, site } = slack;
    await sendEvent(slack, eventOf(direct('Hi', '1700000001.000100')));
    await atRest(workspace.id);
    const session = (await workspace.get('/sessions')).body.data[0].id;
    await workspace.post(`/sessions/${session}/hand-over`, {});
    const event = eventOf(direct('A person, please', '1700000002.000100'), 'Ev2');
    await Promise.all([sendEvent(slack, event), sendEvent(slack, event)]);
    await atRest(workspace.id);
    expect((await workspace.get('/inbox')).body.data[0]).toMatchObject({
      ...{ unread_count: 1, last_message: { role: 'user', text: 'A person, please' } },
    });
    expect(await sentTo(slack, '/api/chat.postMessage')).toHaveLength(1);
    const upload = `${site.origin}/upload`;
    await site.answers('/upload', { body: 'OK' });
    await site.answers('/api/files.getUploadURLExternal', {
      body: JSON.stringify({ ok: true, upload_url: upload, file_id: 'F9' }),
      headers: json,
    });
    await site.answers('/api/files.completeUploadExternal', {
      body: JSON.stringify({ ok: true, files: [{ id: 'F9' }] }),
      headers: json,
    });
    const attachment = await workspace.post(`/sessions/${session}/attachments`, {
      ...{ name: 'refund.txt', text: 'Refunded.' },
    });
    const reply = await workspace.post(`/sessions/${session}/replies`, {
      ...{ text: 'Here I am.', attachments: [attachment.body.id] },
    });
    expect(reply.status).toBe(201);
    await atRest(workspace.id);
    expect((await answersOf(slack)).at(-1)).toBe('Here I am.');
    expect(await sentTo(slack, '/api/files.completeUploadExternal')).toEqual([
      { files: [{ id: 'F9', title: 'refund.txt' }], channel_id: 'D1' },
    ]);
    const uploaded = (await site.calls()).find(({ url }) => url === upload);
    expect(uploaded?.body).toBe('Refunded.');
    await workspace.post(`/sessions/${session}/hand-back`, {});
    await sendEvent(slack, eventOf(direct('Thanks', '1700000003.000100'), 'Ev3'));
    await atRest(workspace.id);
    expect((await answersOf(slack)).at(-1)).toBe('Back.');
  });

  it('is erased with its sessions, and keeps no text of messages that were answered', async () => {
    const slack = await newSlack([says('Hello.')]);
    const { workspace } = slack;
    await sendEvent(slack, eventOf(direct('Planted secret', '1700000001.000100')));
    await atRest(workspace.id);
    const session = (await workspace.get('/sessions')).body.data[0].id;
    await workspace.delete(`/sessions/${session}`);
    expect((await workspace.get(`/channels/${slack.id}/deliveries`)).body.data).toEqual([]);
    expect((await workspace.delete(`/channels/${slack.id}`)).status).toBe(204);
    expect((await sendEvent(slack, eventOf(direct('Hi', '1700000009.000100')))).status).toBe(404);
  });
});
