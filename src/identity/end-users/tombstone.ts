import type { Config } from '../../platform/config.ts';
import { hmac } from '../../shared/digest.ts';

/**
 * Returns the id of the row that stands for an erased end user. It does not reveal the person, and no end user has it,
 * because ids have no spaces.
 */
export const tombstoneOf = (
  { erasure_secret }: Pick<Config, 'erasure_secret'>,
  end_user_id: string,
): Promise<string> => named(erasure_secret.current, end_user_id);

/** Returns the ids that the row may have: while the root key is replaced, also the one of the former key. */
export const tombstonesOf = (
  { erasure_secret: { current, previous } }: Pick<Config, 'erasure_secret'>,
  end_user_id: string,
): Promise<string[]> =>
  Promise.all(
    [current, ...(previous === null ? [] : [previous])].map((secret) => named(secret, end_user_id)),
  );

const named = async (secret: string, end_user_id: string): Promise<string> =>
  `erased ${await hmac(secret, `tombstone:${end_user_id}`)}`;

/** Selects with GLOB the rows that stand for erased end users. */
export const tombstones = 'erased *';
