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

/** Returns the key of a version; undefined for one that the deployment does not have. */
function keyOf({ token_keys, token_secret }: Config, kid: string | undefined): Secret | undefined {
  if (kid === undefined) return token_secret;
  const key = /^[1-9]\d{0,8}$/.test(kid) ? token_keys.get(Number(kid)) : undefined;
  return key && ({ kty: 'oct', k: toBase64Url(key), alg: 'HS256', kid } as Secret);
}

/** Returns a JSON Web Token (RFC 7519, HS256) signed by the newest key, which `kid` names. */
export function signToken(config: Config, claims: Claims): Promise<string> {
  const newest = Math.max(...config.token_keys.keys());
  const key = keyOf(config, config.token_keys.size === 0 ? undefined : String(newest));
  return sign({ ...claims, aud: audience }, key as Secret, 'HS256');
}

/** Returns true for a text in the form of a token, which an API key does not have. */
export const isToken = (text: string): boolean =>
  text.length <= maxChars && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/** Returns the claims of a token that this deployment signed, expired or not; null for any other text. */
export async function readToken(config: Config, text: string): Promise<Claims | null> {
  try {
    const key = keyOf(config, decode(text).header.kid);
    if (key === undefined) return null;
    const options = { alg: 'HS256', aud: audience, exp: false, iat: false } as const;
    return Claims.parse(await verify(text, key, options));
  } catch {
    return null;
  }
}
