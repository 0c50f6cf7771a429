import { z } from '@hono/zod-openapi';
import { sign, verify } from 'hono/jwt';
import type { Config } from '../../platform/config.ts';

const audience = 'agentgrid:end-user';

/** Longer texts are not tokens of this deployment. */
const maxChars = 8000;

/** The content of a token, which only the deployment can sign. */
const Claims = z.object({
  /** The key that issued the token. */
  key: z.string(),
  /** The end user. */
  sub: z.string(),
  groups: z.array(z.string()),
  agents: z.array(z.string()),
  /** Absent in tokens of an earlier version. */
  versions: z.enum(['active', 'any']).default('active'),
  /** Epoch seconds. */
  exp: z.number(),
});
export type Claims = z.output<typeof Claims>;

/** Returns a JSON Web Token (RFC 7519, HS256). */
export const signToken = ({ token_secret }: Config, claims: Claims): Promise<string> =>
  sign({ ...claims, aud: audience }, token_secret, 'HS256');

/** Returns true for a text in the form of a token, which an API key does not have. */
export const isToken = (text: string): boolean =>
  text.length <= maxChars && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/** Returns the claims of a token that this deployment signed, expired or not; null for any other text. */
export async function readToken({ token_secret }: Config, text: string): Promise<Claims | null> {
  try {
    const options = { alg: 'HS256', aud: audience, exp: false, iat: false } as const;
    return Claims.parse(await verify(text, token_secret, options));
  } catch {
    return null;
  }
}
