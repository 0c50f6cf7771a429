import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { isOwnPath } from '../oidc/handshake.ts';

export const Identity = z
  .object({
    id: Id('idn'),
    provider: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .describe('Null for a provider that the deployment no longer has'),
    issuer: z.string().openapi({ example: 'https://accounts.google.com' }),
    email: z
      .string()
      .nullable()
      .describe('The verified address at the provider when the identity was linked'),
    last_used_at: Time.nullable().describe('The last sign-in; null before the first one'),
    created_at: Time,
  })
  .openapi('Identity');
export type Identity = z.output<typeof Identity>;

export const Identities = z.object({ data: z.array(Identity) }).openapi('Identities');

export const LinkIdentity = z
  .strictObject({
    provider: z
      .string()
      .min(1)
      .max(30)
      .describe('Id of a provider, see `GET /auth/methods`')
      .openapi({ example: 'google' }),
    next: z
      .string()
      .max(1000)
      .refine(isOwnPath, 'Must be a path of this host.')
      .default('/account')
      .describe('The path of this host to which the provider leads back'),
  })
  .openapi('LinkIdentity', { example: { provider: 'google', next: '/account' } });
export type LinkIdentity = z.output<typeof LinkIdentity>;

export const StartedLink = z
  .object({
    authorization_url: z
      .string()
      .describe('Send the browser of this session there, within 10 minutes'),
  })
  .openapi('StartedLink');
