import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  lastFourOf,
  openSecret,
  putSecret,
  removeSecret,
  type SecretRef,
  sealSecret,
} from '../../secrets/index.ts';
import type { SealedTelemetry, TelemetryRow } from './store.ts';

/** Opens the headers, sealed as one JSON object for this endpoint. */
const headersOf = (workspace_id: string, endpoint: string): SecretRef => ({
  owner_type: 'telemetry',
  owner_id: workspace_id,
  field: 'headers',
  bound_to: endpoint,
});

/** Returns statements that store or remove the headers, with the hints that responses show. */
export async function planHeaders(
  ctx: Ctx,
  endpoint: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly statement: Statement; readonly hints: TelemetryRow['header_hints'] }> {
  const ref = headersOf(ctx.workspace_id, endpoint);
  const entries = Object.entries(headers);
  if (entries.length === 0)
    return { statement: removeSecret(ctx.db, ctx.workspace_id, ref), hints: [] };
  return {
    statement: putSecret(ctx.db, await sealSecret(ctx, ref, JSON.stringify(headers))),
    hints: entries.map(([name, value]) => ({ name, last_four: lastFourOf(value) })),
  };
}

/** Returns the headers. Throws like `openSecret`. */
export const openHeaders = async (
  ctx: Ctx,
  { headers, endpoint }: SealedTelemetry,
): Promise<Record<string, string>> =>
  headers === null
    ? {}
    : JSON.parse(await openSecret(ctx, headersOf(ctx.workspace_id, endpoint), headers));
