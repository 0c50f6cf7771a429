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

/** How requests to a server are authenticated, as it is set. */
export const AuthInput = z.discriminatedUnion('type', [None, Header]).openapi('McpAuthInput');
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
  ])
  .openapi('McpAuth');
export type Auth = z.output<typeof Auth>;

/** Headers that the protocol sets itself. */
const reserved = /^(?:mcp-.*|accept|content-type|last-event-id)$/i;

export function authProblems(auth: AuthInput): Violation[] {
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
  const { value, ...stored } = auth;
  return { stored, secrets: { header: value } };
}

export function toAuth({ auth, credentials }: Pick<McpServerRow, 'auth' | 'credentials'>): Auth {
  if (auth.type === 'header')
    return { type: 'header', header: auth.header, last_four: credentials.header ?? null };
  return { type: 'none' };
}
