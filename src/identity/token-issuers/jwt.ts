import { decode, verify } from 'hono/jwt';
import { z } from 'zod';
import type { VerificationKey } from '../../db/schema/token-issuers.ts';
import { minute, second } from '../../shared/time.ts';
import { algorithms } from './key-set.ts';

/** Difference of clocks that is tolerated. */
const skew = minute;

/** Keys that are tried for a token that names none. */
const maxTried = 5;

const Header = z.looseObject({
  alg: z.enum(algorithms),
  kid: z.string().max(300).optional(),
  // Not those of other purposes, such as a logout token.
  typ: z
    .string()
    .regex(/^(?:application\/)?(?:jwt|at\+jwt)$/i)
    .optional(),
  crit: z.undefined().optional(),
});
type Header = z.output<typeof Header>;

const Claims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  /** Epoch seconds, as are the following. */
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().optional(),
});
type Claims = z.output<typeof Claims>;

/** A JSON Web Token whose signature has not been verified. */
export interface Jwt {
  readonly text: string;
  readonly header: Header;
  readonly claims: Claims;
}

export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  /** Tokens of a longer lifetime are refused. */
  readonly max_lifetime_ms: number;
}

/** Returns a token as it says to be; null for a text that is none, or is signed in another way than `algorithms`. */
export function readJwt(text: string): Jwt | null {
  try {
    const { header, payload } = decode(text);
    return { text, header: Header.parse(header), claims: Claims.parse(payload) };
  } catch {
    return null;
  }
}

/** Returns why the claims of a token are not accepted; null if they are. */
export function refusalOfClaims({ claims }: Jwt, expected: Expected, now: number): string | null {
  const { iss, aud, exp, iat, nbf } = claims;
  if (iss !== expected.issuer) return 'another issuer';
  if (!(typeof aud === 'string' ? [aud] : aud).includes(expected.audience))
    return 'another audience';
  if (exp * second + skew <= now) return 'token expired';
  if (iat * second - skew > now || (nbf ?? 0) * second - skew > now) return 'token not valid yet';
  if ((exp - iat) * second > expected.max_lifetime_ms) return 'lifetime too long';
  return null;
}

/** Returns the keys that may have signed a token: of its algorithm, with its `kid` if it names one. */
export const keysFor = (
  { header }: Jwt,
  keys: readonly VerificationKey[],
): readonly VerificationKey[] =>
  keys
    .filter(({ alg, kid }) => alg === header.alg && (header.kid ?? kid) === kid)
    .slice(0, maxTried);

/** Returns true if one of the keys has signed the token. */
export async function isSignedBy(
  { text, header: { typ } }: Jwt,
  keys: readonly VerificationKey[],
): Promise<boolean> {
  for (const { alg, jwk } of keys) {
    const kind = typ === undefined ? {} : { typ };
    // Times are checked by `refusalOfClaims`, which knows the skew.
    const options = { alg, ...kind, exp: false, nbf: false, iat: false };
    try {
      await verify(text, jwk as never, options);
      return true;
    } catch {
      // Signed by another key, or the key cannot be imported.
    }
  }
  return false;
}
