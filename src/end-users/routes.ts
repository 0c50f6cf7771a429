import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { EndUser, EndUserParameter, EndUsersQuery, RevokedTokens } from './schema.ts';
import { getEndUser, listEndUsers, revokeTokens } from './service.ts';

export const endUsersRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/end-users',
      access: 'end-users:read',
      tag: 'End users',
      summary: 'List end users',
      description:
        'Everyone who was named as `end_user_id` of a session, a run or a rating, with figures. The period applies to `last_seen_at`.',
      query: EndUsersQuery,
      reply: { status: 200, schema: pageOf(EndUser), description: 'End users' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listEndUsers(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/end-users/{end_user}',
      access: 'end-users:read',
      tag: 'End users',
      summary: 'Get an end user',
      params: EndUserParameter,
      reply: { status: 200, schema: EndUser, description: 'The end user' },
    },
    (ctx, { params }) => getEndUser(ctx, params.end_user),
  )
  .endpoint(
    {
      method: 'post',
      path: '/end-users/{end_user}/revoke-tokens',
      access: 'sessions:write',
      tag: 'End users',
      summary: "Revoke an end user's tokens",
      operationId: 'revokeEndUserTokens',
      description:
        'Refuses every token that the end user has so far, of this deployment and of token issuers, within 30 seconds. Tokens that are issued ' +
        'later are accepted. Call it when a person signs out everywhere or is blocked; do not issue new tokens to a person who is blocked.',
      params: EndUserParameter,
      reply: { status: 200, schema: RevokedTokens, description: 'The tokens are revoked' },
    },
    (ctx, { params }) => revokeTokens(ctx, params.end_user),
  );
