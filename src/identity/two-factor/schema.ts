import { z } from '@hono/zod-openapi';

const Code = z
  .string()
  .regex(/^\d{6}$/, 'Six digits.')
  .openapi({ example: '123456' });

export const StartTwoFactor = z
  .strictObject({
    password: z
      .string()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe('Null for an account without a password'),
  })
  .openapi('StartTwoFactor', { example: { password: 'correct horse battery staple' } });
export type StartTwoFactor = z.output<typeof StartTwoFactor>;

export const TwoFactorSecret = z
  .object({
    secret: z.string().describe('Base32. Returned once'),
    uri: z.string().describe('For a QR code'),
  })
  .openapi('TwoFactorSecret');
export type TwoFactorSecret = z.output<typeof TwoFactorSecret>;

export const ConfirmTwoFactor = z.strictObject({ code: Code }).openapi('ConfirmTwoFactor');

export const RecoveryCodes = z
  .object({ recovery_codes: z.array(z.string()).describe('Each works once. Returned once') })
  .openapi('RecoveryCodes');
export type RecoveryCodes = z.output<typeof RecoveryCodes>;

export const DisableTwoFactor = z
  .strictObject({
    code: z
      .string()
      .min(6)
      .max(20)
      .describe('Six digits of the authenticator, or a recovery code')
      .openapi({ example: '123456' }),
  })
  .openapi('DisableTwoFactor');
