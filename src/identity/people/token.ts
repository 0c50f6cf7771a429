import type { TokenPurpose } from '../../db/schema/people.ts';
import type { Config } from '../../platform/config.ts';
import { equalDigests, hmac } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import { type IdPrefix, isId } from '../../shared/id.ts';
import { day, minute } from '../../shared/time.ts';

/** Validity of a link by its purpose. */
export const tokenLasts: Readonly<Record<TokenPurpose | 'invitation', number>> = {
  sign_up: 30 * minute,
  reset: 30 * minute,
  link: 10 * minute,
  email: 30 * minute,
  email_revoke: 7 * day,
  account_deleted: day,
  invitation: 7 * day,
};

const macOf = (secret: string, purpose: string, id: string, version: number) =>
  hmac(secret, JSON.stringify([purpose, id, version]));

/**
 * Returns the token of a row, `id.version.mac`. It is derived and not stored: who reads the database, the queue or a
 * backup cannot make it.
 */
export const makeToken = async (
  config: Config,
  purpose: TokenPurpose | 'invitation',
  id: string,
  version = 1,
): Promise<string> =>
  `${id}.${version}.${await macOf(config.person_secret.current, purpose, id, version)}`;

/** Returns the id and the version of a token of this purpose. Throws `invalid_token`. */
export async function readToken(
  config: Config,
  purpose: TokenPurpose | 'invitation',
  token: string,
): Promise<{ id: string; version: number }> {
  const [id = '', version = '', mac = ''] = token.split('.');
  const prefix: IdPrefix = purpose === 'invitation' ? 'inv' : 'tok';
  const number = Number(version);
  if (!isId(prefix, id) || !/^[1-9]\d{0,3}$/.test(version)) throw invalidToken();
  const { current, previous } = config.person_secret;
  for (const secret of previous === null ? [current] : [current, previous])
    if (equalDigests(mac, await macOf(secret, purpose, id, number))) return { id, version: number };
  throw invalidToken();
}

export const invalidToken = () =>
  new Failure(
    'invalid_token',
    'The link is invalid, has expired or has been used. Request a new one.',
  );
