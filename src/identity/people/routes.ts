import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import type { Ctx } from '../../platform/context.ts';
import { acceptWithNewAccount, previewInvitation } from '../members/accept.ts';
import { AcceptInvitation, InvitationPreview } from '../members/schema.ts';
import { clearPending, finishBySecondFactor } from '../oidc/second-factor.ts';
import { withCookie } from '../sessions/new-session.ts';
import { resetPassword } from './change-password.ts';
import { useSignInLink } from './link.ts';
import { readPerson } from './person.ts';
import {
  CompleteSignUp,
  MailRequest,
  Methods,
  Person,
  ResetPassword,
  SecondFactor,
  SignIn,
  Token,
  UseLink,
} from './schema.ts';
import { type SignedIn, signIn, signOut } from './sign-in.ts';
import { completeSignUp, requestMail } from './sign-up.ts';

const about = { method: 'post', access: 'public', tag: 'Sign-in' } as const;
const signsIn = {
  status: 200,
  schema: Person,
  description: 'The person. `Set-Cookie` has the session',
} as const;
const sent = {
  status: 202,
  description: 'Accepted, whether the address has an account or not',
} as const;

/** Returns the person of a new session, with its cookie. */
async function welcome(ctx: Ctx, { user_id, session }: SignedIn): Promise<Response> {
  const one = { id: session.session_id, last_workspace_id: null };
  return withCookie(await readPerson(ctx, user_id, one), session.cookie);
}

export const signInRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      access: 'public',
      tag: 'Sign-in',
      path: '/auth/methods',
      summary: 'List sign-in methods',
      reply: { status: 200, schema: Methods, description: 'The methods of this deployment' },
    },
    async ({ config }) => ({
      sign_up: config.sign_up,
      providers: config.oidc_providers.map(({ id, name }) => ({ id, name })),
      cloudflare_access: config.access !== null,
    }),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/sign-up',
      summary: 'Request a sign-up link',
      description:
        'Sends mail with a link to the address. The account is created when the link is used, so that nobody has an account for a foreign address.',
      body: MailRequest,
      reply: sent,
      failures: ['forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => accepted(requestMail(ctx, request, 'sign_up', body.email)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/sign-up/complete',
      summary: 'Complete a sign-up',
      description: 'Creates the account of the address that the link was sent to, and signs in.',
      body: CompleteSignUp,
      reply: signsIn,
      failures: ['invalid_token', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => welcome(ctx, await completeSignUp(ctx, request, body)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/sign-in',
      summary: 'Sign in',
      description:
        'After 10 failures for an address, or 20 from an IP address, further attempts are refused for up to 15 minutes.',
      body: SignIn,
      reply: signsIn,
      failures: ['unauthenticated', 'second_factor_required', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => welcome(ctx, await signIn(ctx, request, body)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/second-factor',
      summary: 'Finish a sign-in by the second factor',
      operationId: 'finishSignIn',
      description:
        'For a sign-in at an identity provider that ended at `/account?second_factor=…`, since the account uses two-factor sign-in. Its cookie is valid for 10 minutes. Wrong codes count as failures of `POST /auth/sign-in`.',
      body: SecondFactor,
      reply: signsIn,
      failures: ['invalid_token', 'unauthenticated', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => {
      const response = await welcome(ctx, await finishBySecondFactor(ctx, request, body.code));
      response.headers.append('set-cookie', clearPending(request));
      return response;
    },
  )
  .endpoint(
    {
      ...about,
      path: '/auth/link',
      summary: 'Sign in with a link',
      description: 'For the link that `npm start` prints, and those of `POST /sign-in-links`.',
      body: UseLink,
      reply: signsIn,
      failures: ['invalid_token', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => welcome(ctx, await useSignInLink(ctx, request, body.token)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/sign-out',
      summary: 'Sign out',
      description: 'Ends the session of the cookie on the server and clears the cookie.',
      reply: { status: 204, description: 'Signed out, or there was no session' },
      failures: ['forbidden'],
    },
    (ctx, { request }) => signOut(ctx, request),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/password-reset',
      summary: 'Request a password reset',
      body: MailRequest,
      reply: sent,
      failures: ['rate_limited'],
    },
    async (ctx, { body, request }) => accepted(requestMail(ctx, request, 'reset', body.email)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/password-reset/complete',
      summary: 'Reset a password',
      description: 'Sets the password and ends all sessions of the person.',
      body: ResetPassword,
      reply: { status: 204, description: 'The password is set. Sign in with it' },
      failures: ['invalid_token', 'rate_limited'],
    },
    async (ctx, { body, request }) => void (await resetPassword(ctx, request, body)),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/invitations/preview',
      summary: 'Preview an invitation',
      body: z.strictObject({ token: Token }).openapi('PreviewInvitation'),
      reply: { status: 200, schema: InvitationPreview, description: 'The invitation of the link' },
      failures: ['invalid_token', 'rate_limited'],
    },
    (ctx, { body }) => previewInvitation(ctx, body.token),
  )
  .endpoint(
    {
      ...about,
      path: '/auth/invitations/accept',
      summary: 'Accept an invitation with a new account',
      operationId: 'acceptInvitation',
      description:
        'Creates the account, joins the workspace and signs in. Whoever has an account signs in and uses `POST /me/invitations`.',
      body: AcceptInvitation,
      reply: signsIn,
      failures: ['invalid_token', 'conflict', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => welcome(ctx, await acceptWithNewAccount(ctx, request, body)),
  );

async function accepted(work: Promise<void>): Promise<Response> {
  await work;
  return new Response(null, { status: 202 });
}
