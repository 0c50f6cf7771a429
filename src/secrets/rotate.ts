import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { newestKey, rewrap } from '../platform/vault.ts';
import { Failure } from '../shared/failure.ts';
import { placeOf } from './place.ts';
import { type RotationCursor, replaceSealed, type SecretRow, selectOldSecrets } from './store.ts';

/** Secrets that one read returns, and reads of one tick. */
const pageSize = 100;
const maxPages = 20;

/**
 * Rewraps every secret of the deployment that is wrapped under an older encryption key, without
 * opening it. The next tick continues at the limit of this one. A secret that cannot be rewrapped
 * is logged and kept. Returns the number of rewrapped secrets.
 */
export async function rewrapSecrets(ctx: Ctx): Promise<number> {
  if (ctx.config.encryption_keys.size === 0) return 0;
  const newest = newestKey(ctx.config);
  let after: RotationCursor = { key_version: -1, row_id: 0 };
  let moved = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const rows = await selectOldSecrets(ctx.db, newest, after, pageSize);
    const statements = await Promise.all(
      rows.map(async (row) => {
        const sealed = await tryRewrap(ctx, row);
        return sealed === null ? [] : [replaceSealed(ctx.db, row, sealed, newest)];
      }),
    );
    await batch(ctx.db, statements.flat());
    moved += statements.flat().length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) break;
    after = last;
  }
  if (moved > 0) ctx.log.info('secrets_rewrapped', { moved, key_version: newest });
  return moved;
}

async function tryRewrap(ctx: Ctx, row: SecretRow): Promise<string | null> {
  try {
    return await rewrap(ctx.config, placeOf(row.workspace_id, row), row.sealed);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { workspace_id, owner_type, owner_id, field, key_version } = row;
    const about = { workspace_id, owner_type, owner_id, field, key_version };
    ctx.log.error('secret_not_rewrapped', { ...about, code: error.code, reason: error.message });
    return null;
  }
}
