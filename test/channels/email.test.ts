import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withoutQuotes } from '../../src/channels/incoming/without-quotes.ts';
import worker from '../../src/worker.ts';
import { hmacHex, newChannel, type TestChannel } from '../support/channels/http.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';

const says = (...text: string[]): Round => ({ text });
const secret = 'mail-provider-secret';

async function newMailbox(rounds: readonly Round[]) {
  const address = `support-${crypto.randomUUID()}@example.com`;
  const channel = await newChannel('email', rounds, () => ({
    settings: { address },
    credentials: { secret },
  }));
  return { ...channel, address };
}

const mail = (fields: Record<string, string>, text: string) =>
  [
    ...Object.entries({
      From: 'Ada <ada@example.org>',
      Subject: 'Broken grinder',
      'Message-ID': '<1@example.org>',
      Date: 'Mon, 30 Nov 2026 01:00:00 +0000',
      'Content-Type': 'text/plain; charset=utf-8',
      ...fields,
    }).map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n');

/** Delivers a message as Email Routing does. */
async function deliver(to: string, raw: string, from = 'ada@example.org'): Promise<string | null> {
  let rejected: string | null = null;
  const bytes = new TextEncoder().encode(raw);
  const message = {
    ...{ from, to, rawSize: bytes.byteLength, headers: new Headers() },
    raw: new Response(bytes).body as ReadableStream<Uint8Array>,
    setReject: (reason: string) => {
      rejected = reason;
    },
  };
  const execution = createExecutionContext();
  await worker.email?.(message as never, env as never, execution);
  await waitOnExecutionContext(execution);
  return rejected;
}

afterEach(() => vi.restoreAllMocks());

/** The mail that the log adapter of the deployment writes. */
const sessionsOf = async ({ workspace }: Pick<TestChannel, 'workspace'>) =>
  (await workspace.get('/sessions')).body.data;

describe('an e-mail channel', () => {
  it('answers mail of Email Routing, and continues the conversation of a reply without its quotes', async () => {
    const box = await newMailbox([says('Descale it.'), says('You are welcome.')]);
    expect(await deliver(box.address, mail({}, 'It does not grind.'))).toBeNull();
    await atRest(box.workspace.id);
    const reply = mail(
      {
        'Message-ID': '<2@example.org>',
        Subject: 'Re: Broken grinder',
        'In-Reply-To': '<answer@agentgrid.invalid>',
        References: '<1@example.org> <answer@agentgrid.invalid>',
      },
      'Thanks!\r\n\r\nOn Mon, 30 Nov 2026, Support wrote:\r\n> Descale it.\r\n',
    );
    await deliver(box.address.replace('@', '+tag@').toUpperCase(), reply);
    await deliver(box.address, reply);
    await atRest(box.workspace.id);
    const sessions = await sessionsOf(box);
    expect(sessions).toEqual([
      expect.objectContaining({ end_user_id: 'email:ada@example.org', message_count: 4 }),
    ]);
    const { data } = (await box.workspace.get(`/sessions/${sessions[0].id}/messages`)).body;
    expect(data.map(({ text }: { text: string }) => text)).toEqual([
      'You are welcome.',
      'Thanks!',
      'Descale it.',
      'Broken grinder\n\nIt does not grind.',
    ]);
    const deliveries = (await box.workspace.get(`/channels/${box.id}/deliveries`)).body.data;
    expect(deliveries.map(({ status }: { status: string }) => status)).toEqual([
      'succeeded',
      'succeeded',
    ]);
  });

  it('answers no automatic replies, lists, bounces and mail of its own, and rejects unknown addresses', async () => {
    const box = await newMailbox([]);
    const fields = [
      { 'Auto-Submitted': 'auto-replied' },
      { Precedence: 'bulk' },
      { 'List-Id': '<news.example.org>' },
      { 'X-AgentGrid-Channel': 'chn_1' },
      { From: box.address },
      { 'Return-Path': '<>' },
      { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary="b"' },
      { From: 'MAILER-DAEMON@mx.example.org' },
      { From: 'no-reply@shop.example.org' },
    ];
    for (const one of fields) await deliver(box.address, mail(one as never, 'Out of office'));
    await deliver(box.address, mail({}, 'Bounce'), '');
    await atRest(box.workspace.id);
    expect(await sessionsOf(box)).toEqual([]);
    expect(await deliver('nobody@example.com', mail({}, 'Hi'))).toBe('No such address.');
  });

  it('keeps the conversations of two senders apart, even with the same references', async () => {
    const box = await newMailbox([says('To Ada.'), says('To Bob.')]);
    await deliver(box.address, mail({}, 'Hi'));
    await atRest(box.workspace.id);
    const forged = {
      From: 'bob@example.org',
      'Message-ID': '<3@x>',
      References: '<1@example.org>',
    };
    await deliver(box.address, mail(forged, 'Tell me more'), 'bob@example.org');
    await atRest(box.workspace.id);
    expect(
      (await sessionsOf(box)).map(({ end_user_id }: { end_user_id: string }) => end_user_id),
    ).toEqual(['email:bob@example.org', 'email:ada@example.org']);
  });

  it('takes mail of a provider, signed or with a password, with attachments', async () => {
    const box = await newMailbox([says('Read.'), says('Read again.')]);
    const raw = [
      ...['From: ada@example.org', 'Subject: Invoice', 'Message-ID: <9@example.org>'],
      ...['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"', ''],
      ...['--b', 'Content-Type: text/plain', '', 'See the file.', '--b'],
      ...[
        'Content-Type: text/plain; name="invoice.txt"',
        'Content-Disposition: attachment; filename="invoice.txt"',
        '',
      ],
      ...['One grinder, 89 EUR.', '--b--', ''],
    ].join('\r\n');
    const t = Math.floor(Date.now() / 1000);
    const signature = `t=${t},v1=${await hmacHex(secret, `${t}.${raw}`)}`;
    const signed = { 'content-type': 'message/rfc822', 'agentgrid-signature': signature };
    expect((await box.post(raw, { ...signed, 'agentgrid-signature': `t=${t},v1=00` })).status).toBe(
      401,
    );
    expect((await box.post(raw, signed)).status).toBe(200);
    await atRest(box.workspace.id);
    const [session] = await sessionsOf(box);
    const { data } = (await box.workspace.get(`/sessions/${session.id}/attachments`)).body;
    expect(data).toEqual([expect.objectContaining({ name: 'invoice.txt', status: 'ready' })]);
    const form = new FormData();
    form.set('email', mail({ 'Message-ID': '<10@example.org>' }, 'By form'));
    const encoded = new Response(form);
    const headers = {
      'content-type': encoded.headers.get('content-type') ?? '',
      authorization: `Basic ${btoa(`mail:${secret}`)}`,
    };
    const body = await encoded.arrayBuffer();
    const wrong = { ...headers, authorization: `Basic ${btoa('mail:wrong')}` };
    expect((await box.post(body, wrong)).status).toBe(401);
    expect((await box.post(body, headers)).status).toBe(200);
    await atRest(box.workspace.id);
    expect(await sessionsOf(box)).toHaveLength(2);
  });

  it('has its address alone', async () => {
    const box = await newMailbox([]);
    const again = await box.workspace.post(`/agents/${box.agent}/channels`, {
      ...{ kind: 'email', name: 'Again', settings: { address: box.address } },
      credentials: { secret },
    });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });
});

describe('quoted text', () => {
  it.each([
    ['Thanks!\n\nAm 30. November schrieb Ada:\n> Hi', 'Thanks!'],
    ['Top\n\n-----Original Message-----\nFrom: x\nOld', 'Top'],
    ['Top\nFrom: a@b\nSent: Monday\nOld', 'Top'],
    ['Inline\n> quoted\nanswer', 'Inline\nanswer'],
    ['Hi\n-- \nAda', 'Hi'],
    ['> only quoted', '> only quoted'],
  ])('is removed from %j', (text, own) => {
    expect(withoutQuotes(text)).toBe(own);
  });
});
