import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { newestKey, rewrap } from '../platform/vault.ts';
import { Failure } from '../shared/failure.ts';
import { placeOfSecret } from './http-call.ts';
import { moveSecret, type SecretRow, selectOldSecrets } from './store.ts';

/** Secrets per read, and reads per run of the task. */
const limit = 100;
const maxReads = 20;

/**
 * Moves secrets that are sealed under an old encryption key to the newest, without opening them. The next run
 * continues where this one ends. Logs and leaves a secret that cannot be moved. Returns the number moved.
 */
export async function rewrapToolSecrets(ctx: Ctx): Promise<number> {
  if (ctx.config.encryption_keys.size === 0) return 0;
  const newest = newestKey(ctx.config);
  let after = '';
  let moved = 0;
  for (let read = 0; read < maxReads; read += 1) {
    const rows = await selectOldSecrets(ctx.db, newest, after, limit).all();
    const resealed = await Promise.all(
      rows.map(async (row) => ({ row, value: await tryRewrap(ctx, row) })),
    );
    const statements = resealed.flatMap(({ row, value }) =>
      value === null ? [] : [moveSecret(ctx.db, row, value, newest)],
    );
    await batch(ctx.db, statements);
    moved += statements.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    after = last.id;
  }
  if (moved > 0) ctx.log.info('tool_secrets_rewrapped', { moved, key_version: newest });
  return moved;
}

async function tryRewrap(
  ctx: Ctx,
  { workspace_id, id, value, key_version }: SecretRow,
): Promise<string | null> {
  try {
    return await rewrap(ctx.config, placeOfSecret(workspace_id, id), value);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ctx.log.error('tool_secret_not_rewrapped', {
      workspace_id,
      secret_id: id,
      key_version,
      code: error.code,
    });
    return null;
  }
}
