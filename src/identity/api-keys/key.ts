import { sha256 } from '../../shared/digest.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 32;
const checksumLength = 6;
const shape = new RegExp(`^ag_1[0-9A-Za-z]{${randomLength + checksumLength}}$`);

/** Returns a new key: `ag_`, the version of the format, 190 random bits and a checksum. */
export async function newKey(): Promise<string> {
  let random = '';
  // Bytes above the last multiple of 62 are dropped, so that all characters are equally likely.
  while (random.length < randomLength) {
    for (const byte of crypto.getRandomValues(new Uint8Array(randomLength))) {
      if (byte < 248 && random.length < randomLength) random += alphabet[byte % 62];
    }
  }
  const body = `ag_1${random}`;
  return body + (await checksum(body));
}

/** Returns true for a text with the form and checksum of a key. A typo is rejected without a query. */
export async function isWellFormedKey(text: string): Promise<boolean> {
  return (
    shape.test(text) &&
    text.slice(-checksumLength) === (await checksum(text.slice(0, -checksumLength)))
  );
}

const checksum = async (body: string) => (await sha256(body)).slice(0, checksumLength);
