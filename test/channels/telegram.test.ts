import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newChannel, sentTo, type TestChannel } from '../support/channels/http.ts';
import { addText } from '../support/files.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';
import { runSchedule } from '../support/schedule.ts';

const says = (...text: string[]): Round => ({ text });
const json = { 'content-type': 'application/json' };
const secret = 'telegram-secret-token-1';
const bot = '/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

async function newTelegram(rounds: readonly Round[], config: object = {}): Promise<TestChannel> {
  const given = ({ origin }: { origin: string }) => ({
    settings: { api_url: origin },
    credentials: { bot_token: bot.slice(4), secret_token: secret },
  });
  const channel = await newChannel('telegram', rounds, given, config);
  const body = JSON.stringify({ ok: true, result: { message_id: 7, chat: { id: 42 } } });
  for (const method of ['sendMessage', 'editMessageText', 'sendDocument'])
    await channel.site.answers(`${bot}/${method}`, { body, headers: json });
  return channel;
}

const update = (update_id: number, message: object) => ({
  update_id,
  message: {
    ...{ message_id: update_id * 10, date: 1700000000, chat: { id: 42, type: 'private' } },
    from: { id: 99, is_bot: false, first_name: 'Ada' },
    ...message,
  },
});
const send = ({ post }: TestChannel, body: object, token = secret) =>
  post(JSON.stringify(body), { ...json, 'x-telegram-bot-api-secret-token': token });

/** The texts that were shown in the end. */
async function answersOf(channel: TestChannel): Promise<string[]> {
  const sent = await sentTo(channel, `${bot}/sendMessage`);
  const edited = await sentTo(channel, `${bot}/editMessageText`);
  return [...sent, ...edited].map(({ text }) => text).filter((text) => !text.endsWith(' …'));
}

describe('a Telegram channel', () => {
  it('answers updates with its secret token, each once, and ignores others', async () => {
    const telegram = await newTelegram([says('Hello Ada.')]);
    const first = update(1, { text: 'Hi' });
    expect((await send(telegram, first, 'wrong-secret-token-00')).status).toBe(401);
    expect((await send(telegram, { update_id: 'x' })).status).toBe(400);
    expect((await telegram.post('{', { 'x-telegram-bot-api-secret-token': secret })).status).toBe(
      400,
    );
    const ignored = [
      { update_id: 2, edited_message: { text: 'Edited' } },
      update(3, { text: 'Bot', from: { id: 1, is_bot: true } }),
      update(4, { new_chat_title: 'A title' }),
    ];
    for (const body of [first, ...ignored, first])
      expect((await send(telegram, body)).status).toBe(200);
    await atRest(telegram.workspace.id);
    expect(await answersOf(telegram)).toEqual(['Hello Ada.']);
    expect((await sentTo(telegram, `${bot}/sendMessage`))[0]).toMatchObject({ chat_id: '42' });
    const { data } = (await telegram.workspace.get('/sessions')).body;
    expect(data).toEqual([
      expect.objectContaining({ end_user_id: 'telegram:99', message_count: 2 }),
    ]);
  });

  it('answers from files without groups only (R85)', async () => {
    const telegram = await newTelegram([], { model: 'builtin/extractive', knowledge: {} });
    const { workspace } = telegram;
    const { base_id } = (await workspace.get(`/agents/${telegram.agent}`)).body;
    const code = (mark: string) => `# Vault\n\nThe code of the vault is ${mark}.`;
    await addText(workspace, base_id, 'open.md', code('open-1111'));
    await addText(workspace, base_id, 'staff.md', code('staff-2222'), { groups: ['staff'] });
    await send(telegram, update(1, { text: 'What is the code of the vault?' }));
    await atRest(workspace.id);
    const answers = (await answersOf(telegram)).join('\n');
    expect(answers).toContain('open-1111');
    expect(answers).not.toContain('staff-2222');
  });

  it('splits long answers at paragraphs, within the limit of 4096 characters', async () => {
    const paragraph = 'word '.repeat(500).trim();
    const whole = [1, 2, 3].map((number) => `${number} ${paragraph}`).join('\n\n');
    const telegram = await newTelegram([says(whole)]);
    await send(telegram, update(1, { text: 'Hi' }));
    await atRest(telegram.workspace.id);
    const texts = await answersOf(telegram);
    expect(texts.sort().join('\n\n')).toBe(whole);
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(4096);
  });

  it('reads documents and photos', async () => {
    const telegram = await newTelegram([says('Read.')]);
    const { site, workspace } = telegram;
    const result = { file_id: 'doc', file_path: 'documents/file_0.txt' };
    await site.answers(`${bot}/getFile`, {
      body: JSON.stringify({ ok: true, result }),
      headers: json,
    });
    await site.answers(`/file${bot}/documents/file_0.txt`, { body: 'One grinder, 89 EUR.' });
    const document = { file_id: 'doc', file_name: 'invoice.txt', mime_type: 'text/plain' };
    await send(telegram, update(1, { document, caption: 'My invoice' }));
    await atRest(workspace.id);
    const session = (await workspace.get('/sessions')).body.data[0].id;
    const { data } = (await workspace.get(`/sessions/${session}/messages`)).body;
    expect(data[1]).toMatchObject({
      text: 'My invoice',
      attachments: [expect.objectContaining({ name: 'invoice.txt' })],
    });
  });

  it('obeys retry_after and continues after the parts that were sent', async () => {
    const long = `${'a'.repeat(4000)}\n\n${'b'.repeat(4000)}`;
    const telegram = await newTelegram([says(long)]);
    const { site, workspace, id } = telegram;
    const parameters = { retry_after: 77 };
    const refusal = JSON.stringify({
      ...{
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 77',
        parameters,
      },
    });
    const sent = { body: JSON.stringify({ ok: true, result: { message_id: 7 } }), headers: json };
    await site.answers(`${bot}/sendMessage`, {
      ...sent,
      byBody: { bbbb: { status: 429, body: refusal, headers: json } },
    });
    const sentAt = Date.now();
    await send(telegram, update(1, { text: 'Hi' }));
    await atRest(workspace.id);
    const read = async () => (await workspace.get(`/channels/${id}/deliveries`)).body.data[0];
    const pending = await read();
    expect(pending).toMatchObject({ status: 'pending', attempts: 1 });
    expect(Date.parse(pending.next_attempt_at)).toBeGreaterThanOrEqual(sentAt + 77_000);
    await env.DB.prepare(
      'update channel_deliveries set next_attempt_at = 0, updated_at = 0 where channel_id = ?',
    )
      .bind(id)
      .run();
    await site.answers(`${bot}/sendMessage`, sent);
    await runSchedule('* * * * *', env, createExecutionContext());
    await atRest(workspace.id);
    expect((await read()).status).toBe('succeeded');
    const parts = await answersOf(telegram);
    expect(parts.filter((text) => text.startsWith('a'))).toHaveLength(1);
    expect(parts.filter((text) => text.startsWith('b')).length).toBeGreaterThan(1);
  });
});
