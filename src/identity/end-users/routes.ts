import { Router } from '../../http/router.ts';
import { CreateToken, EndUserToken } from './schema.ts';
import { createToken } from './service.ts';

export const endUserRoutes = new Router().endpoint(
  {
    method: 'post',
    path: '/end-user-tokens',
    access: 'sessions:write',
    tag: 'End users',
    summary: 'Create an end-user token',
    operationId: 'createEndUserToken',
    description:
      'A signed credential for one end user, which a browser or an app may hold. It opens the sessions of this end user that belong to the ' +
      'API key, and nothing of others; answers and searches use only files that its groups may read. Call it from your server, after ' +
      'the person has signed in there: the groups of a token are what your server says.',
    body: CreateToken,
    reply: { status: 201, schema: EndUserToken, description: 'The token' },
    failures: ['not_found'],
  },
  (ctx, { body }) => createToken(ctx, body),
);
