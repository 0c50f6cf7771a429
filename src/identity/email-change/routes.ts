import { Router } from '../../http/router.ts';
import { ChangeEmail, UseEmailToken } from './schema.ts';
import { confirmEmailChange, requestEmailChange, revokeEmailChange } from './service.ts';

export const emailChangeRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/me/email',
      access: 'person',
      tag: 'Account',
      summary: 'Request a change of the address',
      operationId: 'requestEmailChange',
      description:
        'Sends a link to the new address, valid for 30 minutes, and a notice to the present one. The address changes when the link is used. A later request replaces an earlier one. Requires a recent sign-in.',
      body: ChangeEmail,
      reply: {
        status: 202,
        description: 'Accepted, whether another account has the address or not',
      },
      failures: ['recent_sign_in_required', 'conflict', 'rate_limited'],
    },
    async (ctx, { body, request }) => {
      await requestEmailChange(ctx, request, body.email);
      return new Response(null, { status: 202 });
    },
  )
  .endpoint(
    {
      method: 'post',
      path: '/auth/email-change/complete',
      access: 'public',
      tag: 'Sign-in',
      summary: 'Change the address by a link',
      operationId: 'confirmEmailChange',
      description:
        'Uses the link that was sent to the new address. All sessions of the person end. 409 when another account has the address by now.',
      body: UseEmailToken,
      reply: { status: 204, description: 'Changed. Sign in with the new address' },
      failures: ['invalid_token', 'conflict', 'rate_limited'],
    },
    async (ctx, { body, request }) => void (await confirmEmailChange(ctx, request, body.token)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/auth/email-change/revoke',
      access: 'public',
      tag: 'Sign-in',
      summary: 'Revoke a change of the address',
      operationId: 'revokeEmailChange',
      description:
        'Uses the link in the notice to the former address, which is valid for 7 days. The account has that address again; its password, its sessions, and the identities, passkeys and second factor that were added since the change was requested are removed. Mail with a link for a new password is sent.',
      body: UseEmailToken,
      reply: { status: 204, description: 'Revoked' },
      failures: ['invalid_token', 'conflict', 'rate_limited'],
    },
    async (ctx, { body, request }) => void (await revokeEmailChange(ctx, request, body.token)),
  );
