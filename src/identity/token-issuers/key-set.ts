import { z } from 'zod';
import type { VerificationKey } from '../../db/schema/token-issuers.ts';
import { fromBase64Url } from '../../shared/digest.ts';

/** Maximum number of keys of a set. */
const maxKeys = 100;

/** Signatures that are verified. None of them can be made with what a key set publishes. */
export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;

/** Shorter RSA keys are not used (RFC 7518, section 3.3). */
const minModulusBytes = 256;

const Base64Url = z
  .string()
  .min(1)
  .max(1500)
  .regex(/^[\w-]+$/);
const common = {
  kid: z.string().min(1).max(300).optional(),
  alg: z.string().optional(),
  use: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
  // A private key that someone has published verifies nothing.
  d: z.undefined().optional(),
};
const Jwk = z.discriminatedUnion('kty', [
  z.object({ ...common, kty: z.literal('RSA'), n: Base64Url, e: Base64Url }),
  z.object({
    ...common,
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: Base64Url,
    y: Base64Url,
  }),
  z.object({ ...common, kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: Base64Url }),
]);

const KeySet = z.object({ keys: z.array(z.unknown()).max(maxKeys) });

const algorithmOf = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA' } as const;

/**
 * Returns the keys of a JSON Web Key Set (RFC 7517) that verify signatures; null for anything else. Other keys of the set
 * are left out: of other kinds, for other uses, too short, secret.
 */
export function readKeySet(value: unknown): VerificationKey[] | null {
  const set = KeySet.safeParse(value);
  return set.success ? set.data.keys.map(readKey).filter((key) => key !== null) : null;
}

function readKey(value: unknown): VerificationKey | null {
  const parsed = Jwk.safeParse(value);
  if (!parsed.success) return null;
  const { kid = null, alg, use, key_ops, d: _private, ...jwk } = parsed.data;
  const own = algorithmOf[jwk.kty];
  if ((alg ?? own) !== own || (use ?? 'sig') !== 'sig') return null;
  if (key_ops !== undefined && !key_ops.includes('verify')) return null;
  if (jwk.kty === 'RSA' && sizeOf(jwk.n) < minModulusBytes) return null;
  return { kid, alg: own, jwk };
}

function sizeOf(encoded: string): number {
  try {
    return fromBase64Url(encoded).length;
  } catch {
    return 0;
  }
}
