import { createHash, randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Returns a new key as src/identity/api-keys/key.ts does, which does not run in Node.js. */
export function newKey(): string {
  const random = Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]);
  const body = `ag_1${random.join('')}`;
  return body + sha256(body).slice(0, 6);
}
