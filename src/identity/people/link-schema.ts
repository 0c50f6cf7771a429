import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { Email, PersonName, Token } from './schema.ts';

export const CreateLink = z
  .strictObject({ workspace_id: Id('ws'), email: Email, name: PersonName })
  .openapi('CreateSignInLink', {
    example: {
      workspace_id: 'ws_01kajv2q5ve0mt8h2vj3c6x7ra',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
    },
  });
export type CreateLink = z.output<typeof CreateLink>;

export const SignInLink = z
  .object({
    url: z.string().describe('The page that uses the token'),
    token: Token,
    expires_at: Time,
  })
  .openapi('SignInLink');
export type SignInLink = z.output<typeof SignInLink>;
