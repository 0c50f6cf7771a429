import type { Ctx } from '../../platform/context.ts';
import { isMacOf } from '../../platform/signature.ts';
import { hmac, sha256, toBase64Url } from '../../shared/digest.ts';
import { minute } from '../../shared/time.ts';

/** Time to answer a challenge. */
export const challengeLasts = 5 * minute;

/** A challenge for one purpose is not accepted for another. */
export type ChallengePurpose = 'register' | 'sign_in' | 'second_factor';

const shape = /^([\w-]{22})\.(\d{13})\.([\w-]{43})$/;

const signed = (purpose: ChallengePurpose, bound_to: string, random: string, expires: string) =>
  JSON.stringify(['passkey', purpose, bound_to, random, expires]);

/**
 * Returns a challenge, in base64url. It is signed by a secret of the deployment and not stored, and is bound to a purpose and to
 * the session or the cookie of the browser that requests it.
 */
export async function newChallenge(
  ctx: Ctx,
  purpose: ChallengePurpose,
  bound_to: string,
): Promise<string> {
  const random = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  const expires = String(ctx.now() + challengeLasts);
  const { current } = ctx.config.person_secret;
  const mac = await hmac(current, signed(purpose, bound_to, random, expires));
  const text = `${random}.${expires}.${mac}`;
  return toBase64Url(new TextEncoder().encode(text));
}

/** A challenge that has not expired. It may have been answered before. */
export interface OpenChallenge {
  readonly hash: string;
  readonly expires_at: number;
}

/** Returns the challenge of a response; null unless this deployment made it for this purpose and place. */
export async function readChallenge(
  ctx: Ctx,
  purpose: ChallengePurpose,
  bound_to: string,
  challenge: Uint8Array,
): Promise<OpenChallenge | null> {
  const text = new TextDecoder().decode(challenge);
  const [, random = '', expires = '', mac = ''] = shape.exec(text) ?? [];
  const mine = signed(purpose, bound_to, random, expires);
  if (!(await isMacOf(ctx.config.person_secret, mine, mac))) return null;
  const expires_at = Number(expires);
  return expires_at <= ctx.now() ? null : { hash: await sha256(text), expires_at };
}
