import { z } from '@hono/zod-openapi';
import { sign, verify } from 'hono/jwt';
import type { Config } from '../platform/config.ts';
import { day, second } from '../shared/time.ts';

const audience = 'agentgrid:share-visitor';

/** Days for which a visitor may come back. */
const refreshDays = 90;

const Claims = z.object({ link: z.string(), sub: z.string() });
type Claims = z.output<typeof Claims>;

/** Returns the token by which a browser comes back as the same visitor. It opens nothing but the link. */
export const signRefreshToken = (
  { token_secret }: Config,
  { link, sub }: Claims,
  now: number,
): Promise<string> => {
  const exp = Math.floor((now + refreshDays * day) / second);
  return sign({ link, sub, exp, aud: audience }, token_secret.current, 'HS256');
};

/** Returns the visitor of a token that this deployment signed and that has not expired; null for any other text. */
export async function readRefreshToken(
  { token_secret: { current, previous } }: Config,
  text: string,
  now: number,
): Promise<Claims | null> {
  for (const secret of previous === null ? [current] : [current, previous]) {
    const claims = await readWith(secret, text, now);
    if (claims !== null) return claims;
  }
  return null;
}

async function readWith(secret: string, text: string, now: number): Promise<Claims | null> {
  try {
    const options = { alg: 'HS256', aud: audience, exp: false, iat: false } as const;
    const claims = await verify(text, secret, options);
    return Number(claims.exp) * second > now ? Claims.parse(claims) : null;
  } catch {
    return null;
  }
}
