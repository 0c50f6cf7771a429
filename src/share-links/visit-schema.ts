import { z } from '@hono/zod-openapi';
import { shareAccess } from '../db/schema/share-links.ts';
import { Time } from '../http/schema.ts';
import { Inputs } from '../runs/index.ts';
import { Email } from './schema.ts';

/** The unguessable part of the URL of a link: 22 digits of base64url. */
export const Address = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22}$/)
  .openapi({
    description: 'The last part of the URL of the link',
    example: 'Jx3k9QmT2vB7nLw5RzYd4A',
  });

export const SharedAgent = z
  .object({
    title: z.string().openapi({ example: 'Coffee support' }),
    access: z.enum(shareAccess),
    welcome_message: z
      .string()
      .nullable()
      .describe('The greeting; null until an address is verified'),
    starter_questions: z.array(z.string()),
    can_hand_over: z.boolean().describe('True if a visitor may ask for a person'),
  })
  .openapi('SharedAgent');
export type SharedAgent = z.output<typeof SharedAgent>;

export const RequestCode = z
  .strictObject({ email: Email })
  .openapi('RequestShareCode', { example: { email: 'ann@example.com' } });
export type RequestCode = z.output<typeof RequestCode>;

export const OpenLink = z
  .strictObject({
    refresh_token: z
      .string()
      .max(2000)
      .nullable()
      .default(null)
      .describe('Of an earlier visit, to continue as the same visitor'),
    email: Email.nullable().default(null).describe('The address that the code was sent to'),
    code: z
      .string()
      .regex(/^\d{8}$/, 'Must be 8 digits.')
      .nullable()
      .default(null)
      .describe('The code of the mail'),
  })
  .openapi('OpenShareLink', { example: {} as never });
export type OpenLink = z.output<typeof OpenLink>;

export const Visit = z
  .object({
    token: z.string().describe('Send it as `Authorization: Bearer …`'),
    expires_at: Time,
    refresh_token: z.string().describe('Returns a new token for the same visitor, for 90 days'),
    visitor_id: z.string().describe('The `end_user_id` of the sessions of the visitor'),
    agent_id: z.string(),
    title: z.string(),
  })
  .openapi('Visit');
export type Visit = z.output<typeof Visit>;

export const CreateSharedSession = z
  .strictObject({ inputs: Inputs.default({}) })
  .openapi('CreateSharedSession', { example: {} as never });
export type CreateSharedSession = z.output<typeof CreateSharedSession>;
