import { z } from '@hono/zod-openapi';
import { mcpAuthorizationStatuses } from '../../../db/schema/mcp-authorizations.ts';
import { pageQuery } from '../../../http/openapi.ts';
import { EndUserId, Id, Time } from '../../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../../shared/time.ts';
import type { AuthorizationRow } from './store.ts';

export const CreateAuthorization = z
  .strictObject({
    end_user_id: EndUserId.nullable()
      .default(null)
      .describe(
        'Your id of the end user who signs in; null for the workspace. With the token of an end user, that end user',
      ),
  })
  .openapi('CreateMcpAuthorization', { example: { end_user_id: 'customer-4711' } as never });
export type CreateAuthorization = z.output<typeof CreateAuthorization>;

export const StartedSignIn = z
  .object({
    authorization_id: Id('mca'),
    url: z
      .url()
      .describe(
        'Page of the authorization server. Open it in the browser of the person who signs in; whoever has it can sign in',
      )
      .openapi({ example: 'https://login.example.com/authorize?client_id=agentgrid' }),
    expires_at: Time.describe('Until then the sign-in can be completed'),
  })
  .openapi('StartedSignIn');
export type StartedSignIn = z.output<typeof StartedSignIn>;

export const Authorization = z
  .object({
    id: Id('mca'),
    server_id: Id('mcp'),
    end_user_id: z.string().nullable().describe('null for the workspace'),
    status: z
      .enum(mcpAuthorizationStatuses)
      .describe(
        '`pending` until someone has signed in; `expired` once the authorization server has ended the sign-in, so that it has to be repeated',
      ),
    scope: z
      .string()
      .nullable()
      .describe('Scopes that were granted; null if the server did not say'),
    issuer: z.string().nullable().describe('The authorization server'),
    expires_at: Time.nullable().describe('Expiry of the access token; null if unknown'),
    is_renewable: z.boolean().describe('The access token is renewed without another sign-in'),
    sign_in_expires_at: Time.nullable().describe('Set while a sign-in is under way'),
    error: z.string().nullable().describe('Why the last sign-in or renewal failed'),
    authorized_at: Time.nullable().describe('The last sign-in'),
    created_at: Time,
  })
  .openapi('McpAuthorization');
export type Authorization = z.output<typeof Authorization>;

export const AuthorizationQuery = z.strictObject({
  ...pageQuery,
  end_user_id: EndUserId.optional().describe('Filter by end user'),
  status: z.enum(mcpAuthorizationStatuses).optional().describe('Filter by status'),
});
export type AuthorizationQuery = z.output<typeof AuthorizationQuery>;

export const toAuthorization = (row: AuthorizationRow): Authorization => ({
  id: row.id,
  server_id: row.server_id,
  end_user_id: row.end_user_id === '' ? null : row.end_user_id,
  status: row.status,
  scope: row.scope,
  issuer: row.issuer,
  expires_at: toWireTimeOrNull(row.expires_at),
  is_renewable: row.is_renewable,
  sign_in_expires_at: toWireTimeOrNull(row.state_digest === null ? null : row.sign_in_expires_at),
  error: row.error,
  authorized_at: toWireTimeOrNull(row.authorized_at),
  created_at: toWireTime(row.created_at),
});
