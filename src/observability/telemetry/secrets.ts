import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { newestKey, type Place, rewrap, seal, unseal } from '../../platform/vault.ts';
import { replaceSeal, selectOldSeals, type TelemetryRow } from './store.ts';

/** Headers open for this endpoint only. */
const placeOf = (workspace_id: string, endpoint: string): Place => ({
  workspace_id,
  record: 'telemetry',
  field: `headers for ${endpoint}`,
});

/** Four characters of less than this would tell too much. */
const minToShow = 16;

/** Headers as they are kept: sealed, with what people may see of them. */
export async function sealHeaders(
  ctx: Ctx,
  endpoint: string,
  headers: Readonly<Record<string, string>>,
): Promise<Pick<TelemetryRow, 'headers' | 'key_version' | 'header_hints'>> {
  const entries = Object.entries(headers);
  if (entries.length === 0) return { headers: null, key_version: null, header_hints: [] };
  return {
    headers: await seal(ctx.config, placeOf(ctx.workspace_id, endpoint), JSON.stringify(headers)),
    key_version: newestKey(ctx.config),
    header_hints: entries.map(([name, value]) => ({
      name,
      last_four: value.length < minToShow ? null : value.slice(-4),
    })),
  };
}

export const openHeaders = async (
  ctx: Ctx,
  { headers, endpoint }: TelemetryRow,
): Promise<Record<string, string>> =>
  headers === null
    ? {}
    : JSON.parse(await unseal(ctx.config, placeOf(ctx.workspace_id, endpoint), headers));

const rewrapLimit = 100;
const maxBatches = 20;

/** Moves headers that are sealed under an old encryption key to the newest; what one tick does not reach the next does. */
export async function rewrapTelemetryHeaders(ctx: Ctx): Promise<void> {
  if (ctx.config.encryption_keys.size === 0) return;
  const newest = newestKey(ctx.config);
  let after = '';
  for (let round = 0; round < maxBatches; round += 1) {
    const rows = await selectOldSeals(ctx.db, newest, after, rewrapLimit);
    const statements = await Promise.all(
      rows.map(async (row) => {
        const resealed = await rewrap(
          ctx.config,
          placeOf(row.workspace_id, row.endpoint),
          row.headers ?? '',
        ).catch((error: unknown) => {
          ctx.log.error('credential_not_rewrapped', {
            workspace_id: row.workspace_id,
            record: 'telemetry',
            error,
          });
          return null;
        });
        return resealed === null ? [] : [replaceSeal(ctx.db, row, resealed, newest)];
      }),
    );
    await batch(ctx.db, statements.flat());
    after = rows.at(-1)?.workspace_id ?? '';
    if (rows.length < rewrapLimit) return;
  }
}
