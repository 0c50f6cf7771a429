import { describe, expect, it } from 'vitest';
import { splitText } from '../../src/channels/outgoing/split-text.ts';
import { hmacHex, newChannel, sentTo, type TestChannel } from '../support/channels/http.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';

const says = (...text: string[]): Round => ({ text });
const json = { 'content-type': 'application/json' };

describe('a WhatsApp channel', () => {
  const number = '106540352242922';
  const app_secret = 'whatsapp-app-secret';
  const verify_token = 'whatsapp-verify-token';

  async function newWhatsApp(rounds: readonly Round[]): Promise<TestChannel> {
    const channel = await newChannel('whatsapp', rounds, ({ origin }) => ({
      settings: { api_url: `${origin}/v23.0`, phone_number_id: number },
      credentials: { app_secret, access_token: 'EAAJB-token', verify_token },
    }));
    await channel.site.answers(`/v23.0/${number}/messages`, {
      body: JSON.stringify({ messaging_product: 'whatsapp', messages: [{ id: 'wamid.out' }] }),
      headers: json,
    });
    return channel;
  }

  const event = (value: object, phone_number_id = number) => ({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '102290129340398',
        changes: [
          {
            field: 'messages',
            value: { messaging_product: 'whatsapp', metadata: { phone_number_id }, ...value },
          },
        ],
      },
    ],
  });
  const text = (id: string, body: string) => ({
    contacts: [{ profile: { name: 'Ada' }, wa_id: '41790000000' }],
    messages: [{ from: '41790000000', id, timestamp: '1700000000', type: 'text', text: { body } }],
  });
  const send = async ({ post }: TestChannel, body: object, secret = app_secret) => {
    const raw = JSON.stringify(body);
    return post(raw, { ...json, 'x-hub-signature-256': `sha256=${await hmacHex(secret, raw)}` });
  };

  it('answers its verification and messages, each once, and ignores statuses and other numbers', async () => {
    const whatsapp = await newWhatsApp([says('Hello Ada.')]);
    const query = (token: string) =>
      `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;
    const verified = await whatsapp.get(query(verify_token));
    expect([verified.status, await verified.text()]).toEqual([200, '1158201444']);
    expect((await whatsapp.get(query('wrong-token'))).status).toBe(401);
    const message = event(text('wamid.1', 'Hi'));
    expect((await send(whatsapp, message, 'wrong-secret')).status).toBe(401);
    const status = {
      statuses: [{ id: 'wamid.out', status: 'delivered', timestamp: '1700000001' }],
    };
    for (const body of [message, message, event(status), event(text('wamid.2', 'Hi'), '999999')])
      expect((await send(whatsapp, body)).status).toBe(200);
    await atRest(whatsapp.workspace.id);
    expect(await sentTo(whatsapp, `/v23.0/${number}/messages`)).toEqual([
      {
        ...{ messaging_product: 'whatsapp', recipient_type: 'individual', to: '41790000000' },
        ...{ type: 'text', text: { body: 'Hello Ada.' } },
      },
    ]);
    const { data } = (await whatsapp.workspace.get('/sessions')).body;
    expect(data[0].end_user_id).toBe('whatsapp:41790000000');
  });

  it('reads media, and reports answers that come after 24 hours', async () => {
    const whatsapp = await newWhatsApp([says('Read.')]);
    const { site, workspace, id } = whatsapp;
    const url = await site.answers('/media/1', { body: 'One grinder, 89 EUR.' });
    const media = { url, mime_type: 'text/plain' };
    await site.answers('/v23.0/media-1', { body: JSON.stringify(media), headers: json });
    const error = { code: 131047, message: 'Re-engagement message' };
    await site.answers(`/v23.0/${number}/messages`, {
      ...{ status: 400, body: JSON.stringify({ error }), headers: json },
    });
    const document = { id: 'media-1', mime_type: 'text/plain', filename: 'invoice.txt' };
    const message = { from: '41790000000', id: 'wamid.3', timestamp: '1700000000' };
    await send(whatsapp, event({ messages: [{ ...message, type: 'document', document }] }));
    await atRest(workspace.id);
    const session = (await workspace.get('/sessions')).body.data[0].id;
    const files = (await workspace.get(`/sessions/${session}/attachments`)).body.data;
    expect(files).toEqual([expect.objectContaining({ name: 'invoice.txt', status: 'ready' })]);
    const [delivery] = (await workspace.get(`/channels/${id}/deliveries`)).body.data;
    expect(delivery).toMatchObject({ status: 'failed', attempts: 1, response_status: 400 });
    expect(delivery.error).toContain('24 hours');
  });
});

describe('a webhook channel', () => {
  const secret = 'webhook-channel-secret';
  const newWebhook = async (rounds: readonly Round[]) => {
    const channel = await newChannel('webhook', rounds, ({ origin }) => ({
      settings: { api_url: `${origin}/answers` },
      credentials: { secret },
    }));
    await channel.site.answers('/answers', { body: 'ok' });
    return channel;
  };
  const send = async ({ post }: TestChannel, body: object, at = Date.now()) => {
    const raw = JSON.stringify(body);
    const t = Math.floor(at / 1000);
    const signature = `t=${t},v1=${await hmacHex(secret, `${t}.${raw}`)}`;
    return post(raw, { ...json, 'agentgrid-signature': signature });
  };
  const message = { id: 'm1', thread_id: 't1', user_id: 'u1', text: 'Hi' };

  it('takes and sends signed messages, and refuses old ones', async () => {
    const webhook = await newWebhook([says('Hello.')]);
    expect((await send(webhook, message, Date.now() - 400_000)).status).toBe(401);
    expect((await send(webhook, { id: 'm1' })).status).toBe(400);
    const data = btoa('One grinder, 89 EUR.');
    const files = [{ name: 'invoice.txt', media_type: 'text/plain', data }];
    await send(webhook, { ...message, files });
    await send(webhook, { ...message, files });
    await atRest(webhook.workspace.id);
    const [call, ...more] = await webhook.site.calls();
    expect(more).toEqual([]);
    const body = call?.body ?? '';
    expect(JSON.parse(body)).toMatchObject({
      thread_id: 't1',
      user_id: 'u1',
      text: 'Hello.',
      files: [],
    });
    const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(call?.headers['agentgrid-signature'] ?? '') ?? [];
    expect(v1).toBe(await hmacHex(secret, `${t}.${body}`));
    const { data: sessions } = (await webhook.workspace.get('/sessions')).body;
    const attached = await webhook.workspace.get(`/sessions/${sessions[0].id}/attachments`);
    expect(attached.body.data).toEqual([expect.objectContaining({ name: 'invoice.txt' })]);
  });

  it('answers messages of a thread one after the other, and continues after one that cannot be answered', async () => {
    const webhook = await newWebhook([says('One.'), says('Two.')]);
    const { workspace, agent, id } = webhook;
    await Promise.all([
      send(webhook, { ...message, sequence: 1 }),
      send(webhook, { ...message, id: 'm2', sequence: 2, text: 'And?' }),
    ]);
    await atRest(workspace.id);
    expect((await sentTo(webhook, '/answers')).map(({ text }) => text)).toEqual(['One.', 'Two.']);
    await workspace.delete(`/agents/${agent}`);
    await send(webhook, { ...message, id: 'm3' });
    await atRest(workspace.id);
    expect((await workspace.get(`/channels/${id}`)).body.last_error).toContain('archived');
  });

  it('is tested, changed and disabled; its secrets are never returned', async () => {
    const webhook = await newWebhook([]);
    const { workspace, id, agent, site } = webhook;
    const path = `/channels/${id}`;
    expect((await workspace.post(`${path}/test`)).body).toMatchObject({ ok: true, error: null });
    await site.answers('/answers', { status: 500 });
    expect((await workspace.post(`${path}/test`)).body).toMatchObject({ ok: false });
    const listed = await workspace.get(`/agents/${agent}/channels`);
    expect(JSON.stringify([listed.body, (await workspace.get(path)).body])).not.toContain(secret);
    const wrong = await workspace.patch(path, { credentials: { bot_token: 'xxxxxxxxxxxx' } });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/credentials/bot_token']);
    await workspace.patch(path, {
      credentials: { secret: 'another-secret' },
      overlap_hours: 0,
    });
    expect((await send(webhook, message)).status).toBe(401);
    const disabled = await workspace.patch(path, { credentials: { secret }, is_enabled: false });
    expect(disabled.body).toMatchObject({ is_enabled: false });
    expect((await send(webhook, message)).status).toBe(200);
    await atRest(workspace.id);
    expect((await workspace.get('/sessions')).body.data).toEqual([]);
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.patch(path, { name: 'X' })).status).toBe(403);
  });
});

describe('the parts of a long text', () => {
  it('are no longer than the limit, lose nothing but white space, and keep characters whole', () => {
    const text = `${'😀'.repeat(30)} ${'word '.repeat(50)}\n\n${'x'.repeat(200)}`;
    for (const max of [7, 10, 33, 64, 4096]) {
      const parts = splitText(text, max);
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(max);
      expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
      expect(parts.every((part) => part.isWellFormed())).toBe(true);
    }
  });
});
