import { z } from '@hono/zod-openapi';
import { equalDigests } from '../../shared/digest.ts';
import type { ChannelAdapter, Received } from '../adapter.ts';
import { secret } from '../read-body.ts';
import { isSigned } from '../signature.ts';

/** E-mail: in by an Email Worker or by a provider's webhook, out by the mail service of the deployment. */
export const email: ChannelAdapter = {
  kind: 'email',
  settings: z.strictObject({
    address: z.email().max(254).toLowerCase().describe('Address of the agent; of one channel only'),
  }),
  credentials: z.strictObject({
    secret: secret.describe('Signs the requests of a provider, or is the password of its URL'),
  }),
  max_chars: 200_000,

  async verify({ headers, body }, { credentials }, now) {
    const { secret: expected = '' } = credentials;
    const basic = /^Basic ([A-Za-z0-9+/=]{1,4000})$/.exec(headers.get('authorization') ?? '')?.[1];
    if (basic === undefined)
      return isSigned(headers.get('agentgrid-signature'), body, expected, now);
    const password = readBasic(basic).split(':').slice(1).join(':');
    return equalDigests(password, expected);
  },

  async receive({ headers, body }, channel): Promise<Received> {
    const { readMail, rawOf } = await import('../incoming/mail.ts');
    const raw = await rawOf(headers.get('content-type') ?? '', body);
    const message = await readMail(raw, { own: channel.settings.address ?? '', return_path: null });
    return { type: 'messages', messages: message === null ? [] : [message] };
  },

  send(ctx, { id, settings }, { target, text, files }) {
    const { to = '', subject = '', in_reply_to = '', references = '' } = target;
    return ctx.mail.send({
      to,
      subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
      text,
      reply_to: settings.address ?? '',
      headers: {
        // Software that answers by itself does not answer this.
        'auto-submitted': 'auto-replied',
        'x-agentgrid-channel': id,
        ...(in_reply_to === '' ? {} : { 'in-reply-to': in_reply_to, references }),
      },
      attachments: files,
    });
  },

  async test(ctx, { settings }) {
    return `${settings.address} by ${ctx.mail.name}`;
  },
};

function readBasic(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  } catch {
    return '';
  }
}
