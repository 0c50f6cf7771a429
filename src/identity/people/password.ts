import { scrypt } from 'node:crypto';
import { fromBase64Url, toBase64Url } from '../../shared/digest.ts';

/**
 * Cost of scrypt (RFC 7914): about 0.1 to 0.3 s and 16 MB. PBKDF2 of the platform is bounded to 100,000 iterations in
 * production, which is too few.
 */
export const passwordCost = { N: 16_384, r: 8, p: 5 } as const;
const keyLength = 32;
const maxmem = 64 * 1024 * 1024;

type Cost = Readonly<Record<keyof typeof passwordCost, number>>;

const derive = (password: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Uint8Array> =>
  new Promise((resolve, reject) =>
    // NFC, since keyboards differ in how they compose characters.
    scrypt(password.normalize('NFC'), salt, keyLength, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );

/** Returns `scrypt$N$r$p$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const { N, r, p } = passwordCost;
  const key = await derive(password, salt, passwordCost);
  return ['scrypt', N, r, p, toBase64Url(salt), toBase64Url(key)].join('$');
}

/** Takes the place of the hash of an unknown account, so that both take the same time. */
const nobody = `scrypt$16384$8$5$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Returns true when the password has the hash. Takes the same time for null, which no password has. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? nobody).split('$');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const key = await derive(password, fromBase64Url(salt), cost);
  const isEqual = crypto.subtle.timingSafeEqual(key, fromBase64Url(hash));
  return isEqual && stored !== null;
}
