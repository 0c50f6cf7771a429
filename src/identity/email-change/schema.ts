import { z } from '@hono/zod-openapi';
import { Email, Token } from '../people/schema.ts';

export const ChangeEmail = z
  .strictObject({ email: Email })
  .openapi('ChangeEmail', { example: { email: 'ada@newcompany.example' } });

export const UseEmailToken = z.strictObject({ token: Token }).openapi('UseEmailToken');
