import { z } from '@hono/zod-openapi';
import { Id, Name, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { PasskeyRow } from './store.ts';

/** Bytes in base64url without padding. */
const Bytes = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[\w-]+$/, 'Must be base64url.');

const maxClientData = 4096;
const maxAttestation = 12_288;
const maxCredentialId = 1023;

const CredentialId = Bytes(maxCredentialId).openapi({ example: 'bXktY3JlZGVudGlhbC1pZC0wMDAx' });
const ClientData = Bytes(maxClientData).openapi({ example: 'eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0' });

/** Sent by browsers, and not used. */
const ignored = {
  authenticatorAttachment: z.string().max(50).nullable().optional(),
  clientExtensionResults: z.record(z.string().max(100), z.unknown()).optional(),
};

const credential = <Response extends z.ZodType>(response: Response) =>
  z.strictObject({
    id: CredentialId,
    rawId: CredentialId.optional(),
    type: z.literal('public-key'),
    response,
    ...ignored,
  });

const RegistrationCredential = credential(
  z.strictObject({
    clientDataJSON: ClientData,
    attestationObject: Bytes(maxAttestation).openapi({ example: 'o2NmbXRkbm9uZQ' }),
    transports: z.array(z.string().max(50)).max(10).optional(),
    authenticatorData: Bytes(maxAttestation).optional(),
    publicKey: Bytes(maxAttestation).nullable().optional(),
    publicKeyAlgorithm: z.number().int().optional(),
  }),
)
  .describe(
    'The `PublicKeyCredential` of `navigator.credentials.create()`, as its `toJSON()` returns it',
  )
  .openapi('RegistrationCredential');
export type RegistrationCredential = z.output<typeof RegistrationCredential>;

export const AssertionCredential = credential(
  z.strictObject({
    clientDataJSON: ClientData,
    authenticatorData: Bytes(maxClientData).openapi({ example: 'SZYN5YgOjGh0NBcPZHZgW4' }),
    signature: Bytes(maxClientData).openapi({ example: 'MEUCIQDx' }),
    userHandle: Bytes(64).nullable().optional(),
  }),
)
  .describe(
    'The `PublicKeyCredential` of `navigator.credentials.get()`, as its `toJSON()` returns it',
  )
  .openapi('AssertionCredential');
export type AssertionCredential = z.output<typeof AssertionCredential>;

export const StartPasskeyRegistration = z
  .strictObject({
    password: z
      .string()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe(
        'Null for an account without a password, which must have signed in within 15 minutes',
      ),
    code: z
      .string()
      .min(6)
      .max(20)
      .optional()
      .describe(
        'Six digits of the authenticator, or a recovery code, for accounts with two-factor sign-in',
      )
      .openapi({ example: '123456' }),
  })
  .openapi('StartPasskeyRegistration', { example: { password: 'correct horse battery staple' } });
export type StartPasskeyRegistration = z.output<typeof StartPasskeyRegistration>;

const Descriptor = z.object({
  type: z.literal('public-key'),
  id: z.string(),
  transports: z.array(z.string()),
});

export const PasskeyRegistrationOptions = z
  .object({
    challenge: z.string().describe('Valid for 5 minutes and one answer, in this session'),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number().int() })),
    timeout: z.number().int(),
    excludeCredentials: z.array(Descriptor).describe('The passkeys of the person'),
    authenticatorSelection: z.object({
      residentKey: z.literal('required'),
      requireResidentKey: z.literal(true),
      userVerification: z.literal('required'),
    }),
    attestation: z.literal('none'),
  })
  .describe('For `PublicKeyCredential.parseCreationOptionsFromJSON()`')
  .openapi('PasskeyRegistrationOptions');
export type PasskeyRegistrationOptions = z.output<typeof PasskeyRegistrationOptions>;

const PasskeyName = Name(100).openapi({ example: 'Laptop' });

export const CreatePasskey = z
  .strictObject({ name: PasskeyName.default('Passkey'), credential: RegistrationCredential })
  .openapi('CreatePasskey');
export type CreatePasskey = z.output<typeof CreatePasskey>;

export const UpdatePasskey = z
  .strictObject({ name: PasskeyName })
  .partial()
  .openapi('UpdatePasskey', { example: { name: 'Laptop' } });

export const StartPasskeySignIn = z
  .strictObject({
    purpose: z
      .enum(['sign_in', 'second_factor'])
      .default('sign_in')
      .describe('`second_factor` is for `passkey` of `POST /auth/sign-in`'),
  })
  .openapi('StartPasskeySignIn', { example: { purpose: 'sign_in' } });

export const PasskeySignInOptions = z
  .object({
    challenge: z.string().describe('Valid for 5 minutes and one answer, in this browser'),
    rpId: z.string(),
    timeout: z.number().int(),
    userVerification: z.enum(['required', 'preferred']),
    allowCredentials: z.array(Descriptor).describe('Empty: the browser offers the passkeys it has'),
  })
  .describe('For `PublicKeyCredential.parseRequestOptionsFromJSON()`')
  .openapi('PasskeySignInOptions');
export type PasskeySignInOptions = z.output<typeof PasskeySignInOptions>;

export const SignInWithPasskey = z
  .strictObject({ credential: AssertionCredential })
  .openapi('SignInWithPasskey');

export const Passkey = z
  .object({
    id: Id('psk'),
    name: z.string(),
    host: z.string().describe('The host at which it signs in'),
    is_usable: z
      .boolean()
      .describe(
        'False for a passkey of a host that the deployment no longer has: browsers do not offer it here, and it does not count as a way to sign in',
      ),
    aaguid: z
      .string()
      .describe(
        'The model of the authenticator, 32 hexadecimal digits; zeros where it is withheld',
      ),
    transports: z.array(z.string()).describe('As the browser has named them'),
    is_synced: z.boolean().describe('May be copied to other devices of the person'),
    is_backed_up: z.boolean().describe('Was copied, when it was last used'),
    created_at: Time,
    last_used_at: Time.nullable(),
  })
  .openapi('Passkey');
export type Passkey = z.output<typeof Passkey>;

/** `hosts` are those of the deployment. */
export const toPasskey = (row: PasskeyRow, hosts: readonly string[]): Passkey => ({
  id: row.id,
  name: row.name,
  host: row.host,
  is_usable: hosts.includes(row.host),
  aaguid: row.aaguid,
  transports: row.transports,
  is_synced: row.backup_eligible,
  is_backed_up: row.backed_up,
  created_at: toWireTime(row.created_at),
  last_used_at: toWireTimeOrNull(row.last_used_at),
});
