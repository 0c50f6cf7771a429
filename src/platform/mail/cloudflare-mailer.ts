import { Failure } from '../../shared/failure.ts';
import type { Mailer } from '../ports.ts';

/** Sends mail by the `send_email` binding of Cloudflare Email Service. */
export const createCloudflareMailer = (binding: SendEmail, from: string): Mailer => ({
  name: 'cloudflare',
  async send({ to, subject, text, html, reply_to, headers, attachments = [] }) {
    try {
      const { messageId } = await binding.send({
        from,
        to,
        subject,
        text,
        ...(html === undefined ? {} : { html }),
        ...(reply_to === undefined ? {} : { replyTo: reply_to }),
        ...(headers === undefined ? {} : { headers: { ...headers } }),
        attachments: attachments.map(({ name, media_type, bytes }) => ({
          disposition: 'attachment' as const,
          filename: name,
          type: media_type,
          content: bytes.buffer,
        })),
      });
      return `<${messageId}>`;
    } catch (error) {
      // Its message may repeat the mail, so only its code is kept.
      const { code = 'unknown' } = error as { code?: string };
      throw new Failure('unavailable', `Cloudflare Email refused the mail: ${code}.`);
    }
  },
});
