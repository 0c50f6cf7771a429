import { sha256 } from '../../shared/digest.ts';

/** Maximum length of the id of an end user (`EndUserId`). */
const maxChars = 128;

/**
 * Returns the id of the end user who writes by a channel. Keys that no id may contain are escaped, and long ones hashed, so
 * that the API can name everybody and two people never have one id.
 */
export async function endUserIdOf(kind: string, user_key: string): Promise<string> {
  const escaped = user_key
    .toWellFormed()
    .replace(/[^\x21-\x24\x26-\x7e]/gu, (char) => encodeURIComponent(char));
  const id = `${kind}:${escaped}`;
  return id.length <= maxChars ? id : `${kind}:sha256:${await sha256(user_key)}`;
}
