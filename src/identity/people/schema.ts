import { z } from '@hono/zod-openapi';
import { memberRoles } from '../../db/schema/people.ts';
import { Id, Name, Time } from '../../http/schema.ts';
import { AssertionCredential } from '../passkeys/schema.ts';

/** An e-mail address, in lower case: providers that distinguish case are not known. */
export const Email = z
  .string()
  .trim()
  .normalize('NFC')
  .toLowerCase()
  .max(254)
  .regex(
    /^[^\s@<>"(),:;[\]\\]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/,
    'Must be an e-mail address.',
  )
  .openapi({ example: 'ada@example.com' });

export const PersonName = Name(100).openapi({ example: 'Ada Lovelace' });

export const Password = z
  .string()
  .min(10)
  .max(256)
  .describe('At least 10 characters')
  .openapi({ example: 'correct horse battery staple' });

export const Token = z
  .string()
  .max(200)
  .describe('The token of the link')
  .openapi({ example: 'tok_01kajv2q5ve0mt8h2vj3c6x7ra.1.QmFzZTY0dXJs' });

export const MailRequest = z
  .strictObject({ email: Email })
  .openapi('MailRequest', { example: { email: 'ada@example.com' } });

export const CompleteSignUp = z
  .strictObject({ token: Token, name: PersonName, password: Password })
  .openapi('CompleteSignUp');

export const SignIn = z
  .strictObject({
    email: Email,
    password: z.string().min(1).max(256).openapi({ example: 'correct horse battery staple' }),
    code: z
      .string()
      .min(6)
      .max(20)
      .optional()
      .describe(
        'Six digits of the authenticator, or a recovery code, for accounts with two-factor sign-in',
      )
      .openapi({ example: '123456' }),
    passkey: AssertionCredential.optional().describe(
      'In place of `code`: the answer of a passkey of the account to a challenge for `second_factor`',
    ),
  })
  .openapi('SignIn', {
    example: { email: 'ada@example.com', password: 'correct horse battery staple' },
  });
export type SignIn = z.output<typeof SignIn>;

export const SecondFactor = z
  .strictObject({
    code: z
      .string()
      .min(6)
      .max(20)
      .describe('Six digits of the authenticator, or a recovery code')
      .openapi({ example: '123456' }),
  })
  .openapi('SecondFactor');

export const ResetPassword = z
  .strictObject({ token: Token, password: Password })
  .openapi('ResetPassword');

export const ChangePassword = z
  .strictObject({
    current_password: z
      .string()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe('Null for an account without a password'),
    password: Password,
  })
  .openapi('ChangePassword', {
    example: {
      current_password: 'correct horse battery staple',
      password: 'a longer and newer one',
    },
  });
export type ChangePassword = z.output<typeof ChangePassword>;

export const UseLink = z.strictObject({ token: Token }).openapi('UseLink');

export const UpdatePerson = z
  .strictObject({ name: PersonName })
  .partial()
  .openapi('UpdatePerson', { example: { name: 'Ada King' } });

const Membership = z
  .object({
    workspace_id: Id('ws'),
    name: z.string(),
    member_id: Id('mem'),
    role: z.enum(memberRoles),
  })
  .openapi('Membership');

export const Person = z
  .object({
    id: Id('usr'),
    email: z.string(),
    name: z.string(),
    has_password: z.boolean(),
    has_two_factor: z.boolean(),
    may_create_workspaces: z.boolean(),
    session_id: Id('ssn'),
    workspace_id: Id('ws').nullable().describe('The workspace of requests that name none'),
    workspaces: z
      .array(Membership)
      .describe('The workspaces of the person, oldest membership first'),
    created_at: Time,
  })
  .openapi('Person');
export type Person = z.output<typeof Person>;

export const Methods = z
  .object({
    sign_up: z.enum(['open', 'invited', 'closed']),
    providers: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .describe(
        'Identity providers. A browser signs in at `/auth/oidc/{id}` of this host; its query parameter `next` is the path to which the sign-in leads',
      ),
    cloudflare_access: z.boolean(),
  })
  .openapi('SignInMethods');
