import type { Ctx } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { deleteToken } from '../account/store.ts';
import { selectInvitationMail } from '../members/invitation-store.ts';
import { selectToken, selectUserByEmail, type TokenRow } from '../people/store.ts';
import { makeToken } from '../people/token.ts';
import { selectUser } from '../sessions/store.ts';
import {
  accountDeletedLetter,
  accountExistsLetter,
  addressTakenLetter,
  emailChangedLetter,
  emailChangeLetter,
  emailNoticeLetter,
  identityAddedLetter,
  identityLinkedLetter,
  identityUnlinkedLetter,
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
    case 'email_change':
    case 'email_notice':
    case 'email_changed':
    case 'account_deleted': {
      const row = await selectToken(ctx.db, id).get();
      if (row === undefined || row.used_at !== null || row.expires_at <= ctx.now()) return null;
      return { to: row.email, ...(await composeByToken(ctx, mail, origin, row)) };
    }
    default: {
      const user = await selectUser(ctx.db, id).get();
      if (user === undefined || user.deleted_at !== null) return null;
      return { to: user.email, ...notices[mail](origin) };
    }
  }
}

/** Notices about an account, to its address. */
const notices = {
  identity_linked: identityLinkedLetter,
  identity_added: identityAddedLetter,
  identity_unlinked: identityUnlinkedLetter,
  passkey_added: (origin: string) => passkeyLetter(origin, true),
  passkey_removed: (origin: string) => passkeyLetter(origin, false),
  password_changed: passwordChangedLetter,
  two_factor_on: (origin: string) => twoFactorLetter(origin, true),
  two_factor_off: (origin: string) => twoFactorLetter(origin, false),
} as const;

/** Returns a mail that goes to the address of a token, whatever that of the account is. */
async function composeByToken(
  ctx: Ctx,
  mail: 'email_change' | 'email_notice' | 'email_changed' | 'account_deleted',
  origin: string,
  row: TokenRow,
): Promise<Letter> {
  if (mail === 'account_deleted') return accountDeletedLetter();
  const token = await makeToken(ctx.config, row.purpose, row.id);
  if (mail === 'email_notice') return emailNoticeLetter(origin, token);
  if (mail === 'email_changed') return emailChangedLetter(origin, token);
  const owner = await selectUserByEmail(ctx.db, row.email).get();
  return owner === undefined ? emailChangeLetter(origin, token) : addressTakenLetter(origin);
}

/** Sends mail to people. A job that is repeated after the service accepted the mail sends it again, with the same link. */
export const mailJobs: { readonly 'mail.send': JobHandler<'mail.send'> } = {
  'mail.send': {
    async run(ctx, job) {
      const mail = await compose(ctx, job);
      if (mail !== null) await ctx.mail.send(mail);
      // Nothing else remembers the address.
      if (job.mail === 'account_deleted') await deleteToken(ctx.db, job.id);
    },
    onExhausted: async (ctx, { mail, id }, error) =>
      ctx.log.error('mail_not_sent', { mail, id, error }),
  },
};
