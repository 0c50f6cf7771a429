import { equalDigests, hmac } from '../shared/digest.ts';
import type { Config, SigningSecret } from './config.ts';

type Signing = Pick<Config, 'signing_secret'>;

/** Signs what others send back. `parts` begin with the name of its kind, so that a signature of one kind is none of another. */
export const signatureOf = (
  { signing_secret }: Signing,
  parts: readonly unknown[],
): Promise<string> => hmac(signing_secret.current, JSON.stringify(parts));

/** Returns true for a signature with the current secret, or with the former one while it is replaced. */
export const isSignatureOf = (
  { signing_secret }: Signing,
  parts: readonly unknown[],
  signature: string,
): Promise<boolean> => isMacOf(signing_secret, JSON.stringify(parts), signature);

/** The same for a secret of another purpose. */
export async function isMacOf(
  { current, previous }: SigningSecret,
  text: string,
  mac: string,
): Promise<boolean> {
  for (const secret of previous === null ? [current] : [current, previous])
    if (equalDigests(mac, await hmac(secret, text))) return true;
  return false;
}
