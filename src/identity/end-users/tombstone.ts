import type { Config } from '../../platform/config.ts';
import { hmac } from '../../shared/digest.ts';

/**
 * Returns the id of the row that stands for an erased end user. It does not reveal the person, and no end user has it,
 * because ids have no spaces.
 */
export const tombstoneOf = async (
  { erasure_secret }: Pick<Config, 'erasure_secret'>,
  end_user_id: string,
): Promise<string> => `erased ${await hmac(erasure_secret, `tombstone:${end_user_id}`)}`;

/** Selects with GLOB the rows that stand for erased end users. */
export const tombstones = 'erased *';
