import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../../src/platform/config.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import { createMailer } from '../../../src/platform/mail/create-mailer.ts';

const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const base = { ROOT_KEY: 'root-key-of-the-tests-0123456789' };
const rules = readConfig({ ...base });
const mail = {
  to: 'ada@example.com',
  subject: 'Hello',
  text: 'https://example.com/account#reset=secret',
  reply_to: 'desk@example.com',
  headers: { 'In-Reply-To': '<1@example.com>' },
  attachments: [{ name: 'a.txt', media_type: 'text/plain', bytes: new Uint8Array([79, 110, 101]) }],
};

/** A mailer over an egress whose other end is `answer`; records the requests. */
function open(settings: object, answer: () => Response | Promise<Response>) {
  const requests: Request[] = [];
  const egress = createEgress(rules, async (url, init) => {
    requests.push(new Request(url, init));
    return answer();
  });
  const env = { ...base, ...settings };
  return { mailer: createMailer(env, readConfig(env), egress, log), requests };
}

const resend = { MAIL_FROM: 'AgentGrid <mail@example.com>', RESEND_API_KEY: 're_secret' };

describe('the mailer', () => {
  it('sends by Resend', async () => {
    const { mailer, requests } = open(resend, () => Response.json({ id: 'abc' }));
    expect(await mailer.send(mail)).toBe('<abc@resend.com>');
    const [sent] = requests;
    expect([sent?.method, sent?.url]).toEqual(['POST', 'https://api.resend.com/emails']);
    expect(sent?.headers.get('authorization')).toBe('Bearer re_secret');
    expect(await sent?.json()).toEqual({
      from: resend.MAIL_FROM,
      to: [mail.to],
      subject: mail.subject,
      text: mail.text,
      reply_to: mail.reply_to,
      headers: mail.headers,
      attachments: [{ filename: 'a.txt', content_type: 'text/plain', content: 'T25l' }],
    });
  });

  it.each([401, 422, 429, 500])(
    'fails when Resend answers %i, without repeating the mail',
    async (status) => {
      const { mailer } = open(resend, () => new Response(`refused: ${mail.text}`, { status }));
      await expect(mailer.send(mail)).rejects.toThrow(`Resend answered with status ${status}.`);
    },
  );

  it('fails when Resend redirects or sends too much', async () => {
    const headers = { location: 'https://evil.example/' };
    const moved = open(resend, () => new Response(null, { status: 307, headers }));
    await expect(moved.mailer.send(mail)).rejects.toThrow();
    expect(moved.requests).toHaveLength(1);
    const large = open(resend, () => new Response('x'.repeat(100_000)));
    await expect(large.mailer.send(mail)).rejects.toThrow();
  });

  it('prefers the binding of Cloudflare Email', async () => {
    const send = vi.fn(async () => ({ messageId: 'm-1' }));
    const { mailer, requests } = open({ ...resend, EMAIL: { send } }, () => Response.json({}));
    expect(await mailer.send(mail)).toBe('<m-1>');
    expect(requests).toEqual([]);
    expect(send).toHaveBeenCalledWith(
      expect.objectContaining({
        from: resend.MAIL_FROM,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        replyTo: mail.reply_to,
        headers: mail.headers,
        attachments: [expect.objectContaining({ filename: 'a.txt', disposition: 'attachment' })],
      }),
    );
    send.mockRejectedValueOnce(
      Object.assign(new Error(mail.text), { code: 'E_SENDER_NOT_VERIFIED' }),
    );
    await expect(mailer.send(mail)).rejects.toThrow(
      'Cloudflare Email refused the mail: E_SENDER_NOT_VERIFIED.',
    );
  });

  it('without a service refuses mail, so that no link is in a log', async () => {
    log.info.mockClear();
    for (const settings of [
      {},
      { RESEND_API_KEY: 're_secret' },
      { MAIL_FROM: 'mail@example.com' },
    ]) {
      const { mailer, requests } = open(settings, () => Response.json({}));
      await expect(mailer.send(mail)).rejects.toThrow('has no mail service');
      expect(requests).toEqual([]);
    }
    expect(log.info).not.toHaveBeenCalled();
  });

  it('writes mail to the log on a laptop', async () => {
    const { mailer } = open({ MAIL_TO_LOG: 'true' }, () => Response.json({}));
    await mailer.send(mail);
    expect(log.info).toHaveBeenCalledWith(
      'mail',
      expect.objectContaining({ to: mail.to, text: mail.text }),
    );
  });

  it('does not lend the key of Resend to workspaces', () => {
    const settings = { ...base, ...resend, SHARED_PROVIDER_KEYS: 'true', OPENAI_API_KEY: 'sk-1' };
    expect([...readConfig(settings).shared_provider_keys.keys()]).toEqual(['OPENAI_API_KEY']);
  });
});
