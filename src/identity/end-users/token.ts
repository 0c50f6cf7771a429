import { z } from '@hono/zod-openapi';
import { decode, sign, verify } from 'hono/jwt';
import type { Config } from '../../platform/config.ts';
import { toBase64Url } from '../../shared/digest.ts';

const audience = 'agentgrid:end-user';

/** Longer texts are not tokens of this deployment. */
const maxChars = 8000;

export const budgetPeriods = ['token', 'day', 'week', 'month', 'total'] as const;

/** The content of a token, which only the deployment can sign. */
const Claims = z.object({
  /** The key that issued the token. */
  key: z.string(),
  /** The end user. */
  sub: z.string(),
  groups: z.array(z.string()),
  agents: z.array(z.string()),
  /** Absent in tokens of an earlier version, as are the following. */
  versions: z.enum(['active', 'any']).default('active'),
  jti: z.string().default(''),
  /** Epoch seconds, with milliseconds. */
  iat: z.number().default(0),
  rpm: z.number().nullable().default(null),
  budget: z
    .object({ limit_nano_usd: z.number(), period: z.enum(budgetPeriods) })
    .nullable()
    .default(null),
  /** Epoch seconds. */
  exp: z.number(),
});
export type Claims = z.output<typeof Claims>;

type Secret = Parameters<typeof verify>[1];

/** Returns the keys that may have signed a token, the one that signs now first. */
function keysOf({ token_keys, token_secret }: Config, kid: string | undefined): Secret[] {
  const { current, previous } = token_secret;
  if (kid === undefined) return previous === null ? [current] : [current, previous];
  const key = /^[1-9]\d{0,8}$/.test(kid) ? token_keys.get(Number(kid)) : undefined;
  return key === undefined
    ? []
    : [{ kty: 'oct', k: toBase64Url(key), alg: 'HS256', kid } as Secret];
}

/** Returns a JSON Web Token (RFC 7519, HS256) signed by the newest key, which `kid` names. */
export function signToken(config: Config, claims: Claims): Promise<string> {
  const newest = Math.max(...config.token_keys.keys());
  const [key] = keysOf(config, config.token_keys.size === 0 ? undefined : String(newest));
  return sign({ ...claims, aud: audience }, key as Secret, 'HS256');
}

/** Returns true for a text in the form of a token, which an API key does not have. */
export const isToken = (text: string): boolean =>
  text.length <= maxChars && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/** Returns the claims of a token that this deployment signed, expired or not; null for any other text. */
export async function readToken(config: Config, text: string): Promise<Claims | null> {
  for (const key of keysOf(config, kidOf(text))) {
    const claims = await verified(text, key);
    if (claims !== null) return claims;
  }
  return null;
}

function kidOf(text: string): string | undefined {
  try {
    return decode(text).header.kid;
  } catch {
    return undefined;
  }
}

async function verified(text: string, key: Secret): Promise<Claims | null> {
  try {
    const options = { alg: 'HS256', aud: audience, exp: false, iat: false } as const;
    return Claims.parse(await verify(text, key, options));
  } catch {
    return null;
  }
}
