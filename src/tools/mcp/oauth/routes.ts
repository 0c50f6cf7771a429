import { z } from '@hono/zod-openapi';
import { pageOf } from '../../../http/openapi.ts';
import { Router } from '../../../http/router.ts';
import { Id } from '../../../http/schema.ts';
import { clientMetadata } from './client.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { signInPage } from './page.ts';
import { callbackPath, documentPath } from './public-urls.ts';
import { Authorization, AuthorizationQuery, CreateAuthorization, StartedSignIn } from './schema.ts';
import { createAuthorization, deleteAuthorization, listAuthorizations } from './service.ts';

const tag = 'Tools';
const server = z.object({ server: Id('mcp') });

export const mcpAuthorizationRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/tools/mcp/{server}/authorizations',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Start a sign-in to an MCP server',
      operationId: 'createMcpAuthorization',
      description:
        'Returns the page where a person allows the access: for one end user, or for the workspace. A sign-in under way is returned again. ' +
        'The first request finds the authorization server and registers this deployment there, where the settings name no client.',
      params: server,
      body: CreateAuthorization,
      reply: { status: 201, schema: StartedSignIn, description: 'The page' },
      failures: ['conflict', 'url_not_allowed', 'authorization_failed'],
    },
    (ctx, { params, body, request }) =>
      createAuthorization(ctx, params.server, body, new URL(request.url).origin),
  )
  .endpoint(
    {
      method: 'get',
      path: '/tools/mcp/{server}/authorizations',
      access: 'sessions:read',
      for_end_users: true,
      tag,
      summary: 'List authorizations of an MCP server',
      operationId: 'listMcpAuthorizations',
      description:
        'Lists who has signed in to the server. Tokens are not returned. An end user sees their own; a key of the role `runtime` has to name one.',
      params: server,
      query: AuthorizationQuery,
      reply: { status: 200, schema: pageOf(Authorization), description: 'Newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listAuthorizations(ctx, params.server, query),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/tools/mcp/{server}/authorizations/{authorization}',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Delete an authorization of an MCP server',
      operationId: 'deleteMcpAuthorization',
      description:
        'Deletes the tokens here, and revokes them at the authorization server if it supports that and can be reached.',
      params: server.extend({ authorization: Id('mca') }),
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) =>
      void (await deleteAuthorization(ctx, params.server, params.authorization)),
  );

/** Pages for browsers and authorization servers, without a credential. */
export const mcpCallbackRoutes = new Router();

mcpCallbackRoutes.get(callbackPath, async (c) => {
  const ctx = await c.var.platform.context({
    workspace_id: '',
    actor: { type: 'system', name: 'anonymous' },
    rate_limits: null,
    ip: c.req.header('cf-connecting-ip') ?? null,
    signal: c.req.raw.signal,
  });
  const result = await finishSignIn(ctx, new URL(c.req.url).searchParams);
  return signInPage(result, c.req.header('accept') ?? '');
});

mcpCallbackRoutes.get(documentPath, (c) => {
  const client_id = `${new URL(c.req.url).origin}${documentPath}`;
  const metadata = clientMetadata(new URL(callbackPath, client_id).href, 'none');
  return c.json({ client_id, ...metadata }, 200, { 'cache-control': 'public, max-age=3600' });
});
