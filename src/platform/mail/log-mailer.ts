import { Failure } from '../../shared/failure.ts';
import type { Log, Mailer } from '../ports.ts';

/** Writes mail to the log, on a laptop: its links are read there. */
export const createLogMailer = (log: Log): Mailer => ({
  name: 'log',
  send: async ({ to, subject, text, attachments = [] }) => {
    log.info('mail', { to, subject, text, attachments: attachments.map(({ name }) => name) });
    return `<${crypto.randomUUID()}@agentgrid.invalid>`;
  },
});

/** Refuses mail of a deployment without a mail service, whose logs must not have its links. */
export const noMailer: Mailer = {
  name: 'none',
  send: async () => {
    throw new Failure(
      'unavailable',
      'The deployment has no mail service. Set MAIL_FROM, and RESEND_API_KEY or the binding EMAIL.',
    );
  },
};
