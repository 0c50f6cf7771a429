import { Router } from '../../http/router.ts';
import { withCookie } from '../sessions/new-session.ts';
import {
  ConfirmTwoFactor,
  DisableTwoFactor,
  RecoveryCodes,
  StartTwoFactor,
  TwoFactorSecret,
} from './schema.ts';
import { confirmTwoFactor, disableTwoFactor, startTwoFactor } from './service.ts';

const about = { method: 'post', access: 'person', tag: 'Account' } as const;

export const twoFactorRoutes = new Router()
  .endpoint(
    {
      ...about,
      path: '/me/two-factor',
      summary: 'Start two-factor sign-in',
      operationId: 'startTwoFactor',
      description:
        'Returns a secret for an authenticator (RFC 6238). In force once a code of it is confirmed. An account without a password requires a recent sign-in.',
      body: StartTwoFactor,
      reply: { status: 200, schema: TwoFactorSecret, description: 'The secret' },
      failures: ['recent_sign_in_required', 'conflict'],
    },
    (ctx, { body }) => startTwoFactor(ctx, body),
  )
  .endpoint(
    {
      ...about,
      path: '/me/two-factor/confirm',
      summary: 'Confirm two-factor sign-in',
      operationId: 'confirmTwoFactor',
      description: 'Other sessions end, and the session of the request gets a new cookie.',
      body: ConfirmTwoFactor,
      reply: { status: 200, schema: RecoveryCodes, description: 'Codes for a lost authenticator' },
      failures: ['conflict'],
    },
    async (ctx, { body, request }) => {
      const { reply, session } = await confirmTwoFactor(ctx, request, body.code);
      return withCookie(reply, session.cookie);
    },
  )
  .endpoint(
    {
      ...about,
      path: '/me/two-factor/disable',
      summary: 'Disable two-factor sign-in',
      operationId: 'disableTwoFactor',
      body: DisableTwoFactor,
      reply: { status: 204, description: 'Off' },
      failures: ['conflict'],
    },
    async (ctx, { body, request }) =>
      withCookie(null, (await disableTwoFactor(ctx, request, body.code)).cookie),
  );
