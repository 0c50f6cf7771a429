import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { readPerson } from '../people/person.ts';
import { Person } from '../people/schema.ts';
import { withCookie } from '../sessions/new-session.ts';
import { createPasskey, startRegistration } from './register.ts';
import {
  CreatePasskey,
  Passkey,
  PasskeyRegistrationOptions,
  PasskeySignInOptions,
  SignInWithPasskey,
  StartPasskeyRegistration,
  StartPasskeySignIn,
  UpdatePasskey,
} from './schema.ts';
import { listPasskeys, removePasskey, updatePasskey } from './service.ts';
import { endedChallenge, signInWithPasskey, startPasskeySignIn } from './sign-in.ts';

const signIn = { method: 'post', access: 'public', tag: 'Sign-in' } as const;
const account = { access: 'person', tag: 'Account' } as const;
const one = z.object({ passkey: Id('psk') });

export const passkeyRoutes = new Router()
  .endpoint(
    {
      ...signIn,
      path: '/auth/passkey/options',
      summary: 'Start a passkey sign-in',
      operationId: 'startPasskeySignIn',
      description:
        'Returns a challenge for any passkey of this host, and a cookie that lets this browser answer it.',
      body: StartPasskeySignIn,
      reply: { status: 200, schema: PasskeySignInOptions, description: 'Options for the browser' },
      failures: ['forbidden'],
    },
    async (ctx, { body, request }) => {
      const { reply, cookie } = await startPasskeySignIn(ctx, request, body.purpose);
      return withCookie(reply, cookie);
    },
  )
  .endpoint(
    {
      ...signIn,
      path: '/auth/passkey',
      summary: 'Sign in with a passkey',
      description:
        'A passkey that verifies its user counts as two factors: no code is requested. ' +
        'After 20 failures from an IP address, further attempts are refused for up to 15 minutes.',
      body: SignInWithPasskey,
      reply: {
        status: 200,
        schema: Person,
        description: 'The person. `Set-Cookie` has the session',
      },
      failures: ['unauthenticated', 'forbidden', 'rate_limited'],
    },
    async (ctx, { body, request }) => {
      const { user_id, session } = await signInWithPasskey(ctx, request, body.credential);
      const shown = { id: session.session_id, last_workspace_id: null };
      const response = withCookie(await readPerson(ctx, user_id, shown), session.cookie);
      response.headers.append('set-cookie', endedChallenge(request));
      return response;
    },
  )
  .endpoint(
    {
      ...account,
      method: 'get',
      path: '/me/passkeys',
      summary: 'List passkeys',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Passkey), description: 'Passkeys, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query, request }) => listPasskeys(ctx, request, query),
  )
  .endpoint(
    {
      ...account,
      method: 'post',
      path: '/me/passkeys/options',
      summary: 'Start a passkey registration',
      operationId: 'startPasskeyRegistration',
      description:
        'Requires the password again, and a code where two-factor sign-in is on. The options are for the session of the request.',
      body: StartPasskeyRegistration,
      reply: {
        status: 200,
        schema: PasskeyRegistrationOptions,
        description: 'Options for the browser',
      },
      failures: ['conflict', 'recent_sign_in_required', 'second_factor_required', 'rate_limited'],
    },
    (ctx, { body, request }) => startRegistration(ctx, request, body),
  )
  .endpoint(
    {
      ...account,
      method: 'post',
      path: '/me/passkeys',
      summary: 'Create a passkey',
      description:
        'Adds the credential that the browser has created from the options. It must be discoverable and verify its user. Mail tells the person. At most 20 for each person.',
      body: CreatePasskey,
      reply: { status: 201, schema: Passkey, description: 'The passkey' },
      failures: ['conflict'],
    },
    (ctx, { body, request }) => createPasskey(ctx, request, body),
  )
  .endpoint(
    {
      ...account,
      method: 'patch',
      path: '/me/passkeys/{passkey}',
      summary: 'Update a passkey',
      params: one,
      body: UpdatePasskey,
      reply: { status: 200, schema: Passkey, description: 'The updated passkey' },
    },
    (ctx, { params, body, request }) => updatePasskey(ctx, request, params.passkey, body),
  )
  .endpoint(
    {
      ...account,
      method: 'delete',
      path: '/me/passkeys/{passkey}',
      summary: 'Delete a passkey',
      description:
        'The only way to sign in to an account is not deleted: 409. Sessions that it has started continue. Mail tells the person.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict'],
    },
    async (ctx, { params, request }) => void (await removePasskey(ctx, request, params.passkey)),
  );
