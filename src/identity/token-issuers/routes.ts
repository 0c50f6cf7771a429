import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { CreateTokenIssuer, TokenIssuer, UpdateTokenIssuer } from './schema.ts';
import {
  createTokenIssuer,
  deleteTokenIssuer,
  getTokenIssuer,
  listTokenIssuers,
  updateTokenIssuer,
} from './service.ts';

const tag = 'End users';
const one = z.object({ token_issuer: Id('tki') });

export const tokenIssuerRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/token-issuers',
      access: 'workspace:write',
      tag,
      summary: 'Create a token issuer',
      description:
        'Accepts the JSON Web Tokens of your own sign-in, signed with RS256, ES256 or EdDSA, as tokens of end users: ' +
        '`Authorization: Bearer {id}.{token}`, with the id of the issuer. A token needs `iss`, `aud`, `iat` and `exp`. ' +
        'Sessions belong to the issuer, as those of other tokens belong to an API key.',
      body: CreateTokenIssuer,
      reply: { status: 201, schema: TokenIssuer, description: 'The issuer' },
      failures: ['not_found', 'conflict', 'quota_exceeded', 'url_not_allowed'],
    },
    (ctx, { body }) => createTokenIssuer(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/token-issuers',
      access: 'workspace:read',
      tag,
      summary: 'List token issuers',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(TokenIssuer), description: 'Issuers, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listTokenIssuers(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/token-issuers/{token_issuer}',
      access: 'workspace:read',
      tag,
      summary: 'Get a token issuer',
      params: one,
      reply: { status: 200, schema: TokenIssuer, description: 'The issuer' },
    },
    (ctx, { params }) => getTokenIssuer(ctx, params.token_issuer),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/token-issuers/{token_issuer}',
      access: 'workspace:write',
      tag,
      summary: 'Update a token issuer',
      description: 'Applies to tokens that exist, within 30 seconds everywhere.',
      params: one,
      body: UpdateTokenIssuer,
      reply: { status: 200, schema: TokenIssuer, description: 'The updated issuer' },
      failures: ['url_not_allowed'],
    },
    (ctx, { params, body }) => updateTokenIssuer(ctx, params.token_issuer, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/token-issuers/{token_issuer}',
      access: 'workspace:write',
      tag,
      summary: 'Delete a token issuer',
      description: 'Its tokens are refused, within 30 seconds everywhere. Sessions are kept.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteTokenIssuer(ctx, params.token_issuer)),
  );
