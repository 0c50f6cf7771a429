import { batch, type Statement } from '../db/client.ts';
import type { Ctx } from './context.ts';
import { newestKey, type Place, rewrap } from './vault.ts';

/** Something sealed, and what puts it back under another key as long as it is still the same. */
export interface Sealed {
  /** In whose order the secrets are read. */
  readonly id: string;
  readonly place: Place;
  readonly sealed: string;
  readonly replace: (resealed: string, key_version: number) => Statement;
}

/** Secrets that are read at a time, and how many reads a tick makes. */
const atATime = 100;
const maxBatches = 20;

/**
 * Reseals secrets under the newest encryption key, a bounded number in one tick. A secret that cannot
 * be opened stays as it is and is logged. Returns the number of resealed secrets.
 */
export async function rewrapOld(
  ctx: Ctx,
  select: (newest: number, after: string, limit: number) => Promise<Sealed[]>,
): Promise<number> {
  if (ctx.config.encryption_keys.size === 0) return 0;
  const newest = newestKey(ctx.config);
  let after = '';
  let moved = 0;
  for (let round = 0; round < maxBatches; round += 1) {
    const rows = await select(newest, after, atATime);
    const statements = await Promise.all(
      rows.map(async ({ place, sealed, replace }) => {
        const resealed = await rewrap(ctx.config, place, sealed).catch((error: unknown) => {
          ctx.log.error('credential_not_rewrapped', {
            workspace_id: place.workspace_id,
            record: place.record,
            error,
          });
          return null;
        });
        return resealed === null ? [] : [replace(resealed, newest)];
      }),
    );
    await batch(ctx.db, statements.flat());
    moved += statements.flat().length;
    after = rows.at(-1)?.id ?? '';
    if (rows.length < atATime) break;
  }
  return moved;
}
