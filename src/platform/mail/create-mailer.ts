import type { Config } from '../config.ts';
import type { Egress, Log, Mailer } from '../ports.ts';
import { createCloudflareMailer } from './cloudflare-mailer.ts';
import { createLogMailer, noMailer } from './log-mailer.ts';
import { createResendMailer } from './resend-mailer.ts';

/** Selects the mail service: the binding EMAIL, else Resend, else the log where that is allowed. */
export function createMailer(env: object, { mail }: Config, egress: Egress, log: Log): Mailer {
  const binding = (env as { readonly EMAIL?: SendEmail }).EMAIL;
  if (mail.from !== '' && binding !== undefined) return createCloudflareMailer(binding, mail.from);
  if (mail.from !== '' && mail.resend_api_key !== '')
    return createResendMailer(egress, mail.resend_api_key, mail.from);
  return mail.to_log ? createLogMailer(log) : noMailer;
}
