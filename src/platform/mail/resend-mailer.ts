import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { toBase64 } from '../base64.ts';
import type { Egress, Mailer } from '../ports.ts';

const endpoint = 'https://api.resend.com/emails';
const limits = { redirects: 0, deadline_ms: 20 * second, max_bytes: 64 * 1024 };

/** Sends mail by the HTTP API of Resend. */
export const createResendMailer = (egress: Egress, api_key: string, from: string): Mailer => ({
  name: 'resend',
  async send({ to, subject, text, html, reply_to, headers, attachments }) {
    const body = {
      from,
      to: [to],
      subject,
      text,
      html,
      reply_to,
      headers,
      attachments: attachments?.map(({ name, media_type, bytes }) => ({
        filename: name,
        content_type: media_type,
        content: toBase64(bytes),
      })),
    };
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await egress.request(endpoint, init, limits);
    // The text of the service may repeat the mail, so only its status is kept.
    if (!response.ok)
      throw new Failure('unavailable', `Resend answered with status ${response.status}.`);
    const { id } = (await response.json()) as { id?: unknown };
    return typeof id === 'string' ? `<${id}@resend.com>` : '';
  },
});
