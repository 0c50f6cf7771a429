import type { Ctx } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { selectInvitationMail } from '../members/invitation-store.ts';
import { selectToken } from '../people/store.ts';
import { makeToken } from '../people/token.ts';
import { selectUser } from '../sessions/store.ts';
import {
  accountExistsLetter,
  identityLinkedLetter,
  invitationLetter,
  type Letter,
  passkeyLetter,
  passwordChangedLetter,
  resetLetter,
  signUpLetter,
  twoFactorLetter,
} from './texts.ts';

type MailJob = Extract<Job, { type: 'mail.send' }>;

/** Returns the mail of a job and its recipient; null when there is nothing to send any longer. */
async function compose(
  ctx: Ctx,
  { mail, id, origin }: MailJob,
): Promise<(Letter & { to: string }) | null> {
  switch (mail) {
    case 'sign_up':
    case 'reset': {
      const row = await selectToken(ctx.db, id).get();
      if (row === undefined || row.used_at !== null || row.expires_at <= ctx.now()) return null;
      const to = row.email;
      if (mail === 'sign_up' && row.user_id !== null) return { to, ...accountExistsLetter(origin) };
      // Without an account there is nothing to reset, and the address need not be disturbed.
      if (mail === 'reset' && row.user_id === null) return null;
      const token = await makeToken(ctx.config, mail, id);
      return {
        to,
        ...(mail === 'sign_up' ? signUpLetter(origin, token) : resetLetter(origin, token)),
      };
    }
    case 'invitation': {
      const row = await selectInvitationMail(ctx.db, ctx.workspace_id, id).get();
      if (row === undefined || row.expires_at <= ctx.now()) return null;
      const token = await makeToken(ctx.config, 'invitation', id, row.sends);
      return { to: row.email, ...invitationLetter(origin, token, row) };
    }
    case 'identity_linked': {
      const user = await selectUser(ctx.db, id).get();
      return user === undefined ? null : { to: user.email, ...identityLinkedLetter(origin) };
    }
    case 'passkey_added':
    case 'passkey_removed': {
      const user = await selectUser(ctx.db, id).get();
      return user === undefined
        ? null
        : { to: user.email, ...passkeyLetter(origin, mail === 'passkey_added') };
    }
    case 'password_changed':
    case 'two_factor_on':
    case 'two_factor_off': {
      const user = await selectUser(ctx.db, id).get();
      if (user === undefined) return null;
      const text =
        mail === 'password_changed'
          ? passwordChangedLetter(origin)
          : twoFactorLetter(origin, mail === 'two_factor_on');
      return { to: user.email, ...text };
    }
  }
}

/** Sends mail to people. A job that is repeated after the service accepted the mail sends it again, with the same link. */
export const mailJobs: { readonly 'mail.send': JobHandler<'mail.send'> } = {
  'mail.send': {
    async run(ctx, job) {
      const mail = await compose(ctx, job);
      if (mail !== null) await ctx.mail.send(mail);
    },
    onExhausted: async (ctx, { mail, id }, error) =>
      ctx.log.error('mail_not_sent', { mail, id, error }),
  },
};
