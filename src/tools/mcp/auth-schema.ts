import { z } from '@hono/zod-openapi';
import type { McpAuth } from '../../db/schema/mcp.ts';
import type { Violation } from '../../shared/failure.ts';
import { headerProblem } from '../headers.ts';
import type { McpServerRow } from './store.ts';

const None = z.strictObject({ type: z.literal('none') });
const Header = z.strictObject({
  type: z.literal('header'),
  header: z.string().min(1).max(100).default('Authorization'),
  value: z
    .string()
    .min(1)
    .max(4096)
    .describe('Write-only: encrypted, and sent to the origin of `url` only')
    .openapi({ example: 'Bearer 3f9a…' }),
});

const visible = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters.');
const client_secret = visible.describe(
  'Write-only: encrypted, and sent to the authorization server of the MCP server only',
);
const scope = z
  .string()
  .max(2000)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'Scopes, separated by spaces.')
  .describe('Scopes to ask for; by default those that the server names')
  .openapi({ example: 'read write' });

const ClientCredentials = z.strictObject({
  type: z.literal('client_credentials'),
  client_id: visible,
  client_secret,
  scope: scope.nullable().default(null),
  issuer: z
    .url()
    .max(2000)
    .nullable()
    .default(null)
    .describe(
      'The authorization server that the MCP server must name; by default the one that it names first',
    ),
});
const OAuth = z.strictObject({
  type: z.literal('oauth'),
  per: z
    .enum(['workspace', 'end_user'])
    .default('workspace')
    .describe(
      'The workspace signs in once, for all calls; or each end user does, for the calls of their runs. Then a sign-in of the workspace is used to list tools only',
    ),
  client_id: visible
    .nullable()
    .default(null)
    .describe('A client that you have registered; by default one is registered automatically'),
  client_secret: client_secret.optional(),
  scope: scope.nullable().default(null),
});

/** How requests to a server are authenticated, as it is set. */
export const AuthInput = z
  .discriminatedUnion('type', [None, Header, ClientCredentials, OAuth])
  .openapi('McpAuthInput');
export type AuthInput = z.output<typeof AuthInput>;

/** The same as it is shown: without secrets. */
export const Auth = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({
      type: z.literal('header'),
      header: z.string(),
      last_four: z.string().nullable().describe('null for values shorter than 16 characters'),
    }),
    z.object({
      type: z.literal('client_credentials'),
      client_id: z.string(),
      scope: z.string().nullable(),
      issuer: z.string().nullable(),
      last_four: z.string().nullable().describe('Last characters of the `client_secret`'),
    }),
    z.object({
      type: z.literal('oauth'),
      per: z.enum(['workspace', 'end_user']),
      client_id: z.string().nullable().describe('null for one that is registered automatically'),
      scope: z.string().nullable(),
      last_four: z
        .string()
        .nullable()
        .describe('Last characters of the `client_secret`; null without one'),
    }),
  ])
  .openapi('McpAuth');
export type Auth = z.output<typeof Auth>;

/** Headers that the protocol sets itself. */
const reserved = /^(?:mcp-.*|accept|content-type|last-event-id)$/i;

export function authProblems(auth: AuthInput): Violation[] {
  if (auth.type === 'oauth' && auth.client_id === null && auth.client_secret !== undefined)
    return [{ pointer: '/auth/client_secret', detail: '`client_secret` needs `client_id`.' }];
  if (auth.type !== 'header') return [];
  const detail = reserved.test(auth.header)
    ? `The protocol sets the header ${auth.header.toLowerCase()} itself.`
    : headerProblem(auth.header, auth.value, true);
  return detail === null ? [] : [{ pointer: '/auth/header', detail }];
}

/** Splits what is stored in the row from the secrets, by field. */
export function splitAuth(auth: AuthInput): {
  readonly stored: McpAuth;
  readonly secrets: Readonly<Record<string, string>>;
} {
  if (auth.type === 'none') return { stored: auth, secrets: {} };
  if (auth.type !== 'header') {
    const { client_secret: secret, ...stored } = auth;
    return { stored, secrets: secret === undefined ? {} : { client_secret: secret } };
  }
  const { value, ...stored } = auth;
  return { stored, secrets: { header: value } };
}

export function toAuth({ auth, credentials }: Pick<McpServerRow, 'auth' | 'credentials'>): Auth {
  if (auth.type === 'header')
    return { type: 'header', header: auth.header, last_four: credentials.header ?? null };
  return auth.type === 'none' ? auth : { ...auth, last_four: credentials.client_secret ?? null };
}
