import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { withCookie } from '../sessions/new-session.ts';
import { Identities, LinkIdentity, StartedLink } from './schema.ts';
import { listIdentities, startLink, unlinkIdentity } from './service.ts';

const about = { access: 'person', tag: 'Account' } as const;

export const identityRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/me/identities',
      summary: 'List linked identities',
      operationId: 'listIdentities',
      description: 'Accounts at identity providers that sign in to this account. At most 20.',
      reply: { status: 200, schema: Identities, description: 'The identities, oldest first' },
    },
    (ctx) => listIdentities(ctx),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/me/identities',
      summary: 'Link an identity',
      operationId: 'linkIdentity',
      description:
        'Returns the address of the provider. It leads back to this host, which links the account there, whatever its address, and then to `next`; with `error` in the query where that fails. Requires a recent sign-in.',
      body: LinkIdentity,
      reply: { status: 200, schema: StartedLink, description: 'Where the browser continues' },
      failures: ['recent_sign_in_required', 'unavailable'],
    },
    async (ctx, { body, request }) => {
      const { authorization_url, cookie } = await startLink(ctx, request, body);
      return withCookie({ authorization_url }, cookie);
    },
  )
  .endpoint(
    {
      ...about,
      method: 'delete',
      path: '/me/identities/{identity}',
      summary: 'Unlink an identity',
      operationId: 'unlinkIdentity',
      description:
        'The account there no longer signs in. 409 when nothing else would. Requires a recent sign-in.',
      params: z.object({ identity: Id('idn') }),
      reply: { status: 204, description: 'Unlinked' },
      failures: ['recent_sign_in_required', 'conflict'],
    },
    async (ctx, { params, request }) => void (await unlinkIdentity(ctx, request, params.identity)),
  );
