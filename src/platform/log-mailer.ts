import type { Log, Mailer } from './ports.ts';

/** Writes mail to the log, for a deployment without a mail service: on a laptop its links are read there. */
export const createLogMailer = (log: Log): Mailer => ({
  name: 'log',
  send: async ({ to, subject, text, attachments = [] }) => {
    log.info('mail', { to, subject, text, attachments: attachments.map(({ name }) => name) });
    return `<${crypto.randomUUID()}@agentgrid.invalid>`;
  },
});
