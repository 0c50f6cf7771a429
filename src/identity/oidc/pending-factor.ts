import { z } from 'zod';
import type { Ctx } from '../../platform/context.ts';
import { isMacOf } from '../../platform/signature.ts';
import { fromBase64Url, hmac, toBase64Url } from '../../shared/digest.ts';
import { minute } from '../../shared/time.ts';

/** Time for the second factor after a sign-in at a provider. */
export const pendingLasts = 10 * minute;

const Pending = z.strictObject({
  user_id: z.string(),
  /** The `updated_at` of the account: a change of password, address or factors ends the sign-in. */
  updated_at: z.number(),
  provider: z.string(),
  /** False for an identity that was found by its address, and is yet to be linked. */
  is_linked: z.boolean(),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().nullable(),
  expires_at: z.number(),
});

/** A person who has proven one factor, at a provider. */
export type PendingFactor = z.output<typeof Pending>;

const signed = (text: string) => JSON.stringify(['second_factor', text]);

/** Returns the cookie of a sign-in that lacks the second factor. Signed and not stored; by itself it signs nobody in. */
export async function writePending(ctx: Ctx, pending: PendingFactor): Promise<string> {
  const text = toBase64Url(new TextEncoder().encode(JSON.stringify(pending)));
  return `${text}.${await hmac(ctx.config.person_secret.current, signed(text))}`;
}

/** Returns what a cookie stands for; null unless this deployment has written it and its time has not passed. */
export async function readPending(ctx: Ctx, cookie: string): Promise<PendingFactor | null> {
  const [, text, mac = ''] = /^([\w-]+)\.([\w-]+)$/.exec(cookie) ?? [];
  if (text === undefined || !(await isMacOf(ctx.config.person_secret, signed(text), mac)))
    return null;
  const pending = Pending.parse(JSON.parse(new TextDecoder().decode(fromBase64Url(text))));
  return pending.expires_at > ctx.now() ? pending : null;
}
