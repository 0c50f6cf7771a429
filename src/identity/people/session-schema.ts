import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';

export const UserSession = z
  .object({
    id: Id('ssn'),
    method: z
      .string()
      .describe('How the person signed in: `password`, `passkey`, `link` or a provider'),
    is_current: z.boolean(),
    user_agent: z.string().nullable(),
    ip: z.string().nullable(),
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
  })
  .openapi('UserSession');
export type UserSession = z.output<typeof UserSession>;
