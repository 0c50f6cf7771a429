import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { headerProblem } from '../../tools/index.ts';
import type { PutTelemetry, Telemetry } from './schema.ts';
import { planHeaders } from './secrets.ts';
import {
  clearQueue,
  deleteTelemetry,
  putTelemetry,
  selectTelemetry,
  selectWaiting,
  type TelemetryRow,
} from './store.ts';

export async function getTelemetry(ctx: Ctx): Promise<Telemetry> {
  const [[row], [line]] = await batch(ctx.db, [
    selectTelemetry(ctx.db, ctx.workspace_id),
    selectWaiting(ctx.db, ctx.workspace_id),
  ]);
  return row === undefined ? off : toTelemetry(row, line?.waiting ?? 0);
}

/**
 * Sets the export. Throws `validation_failed`, `url_not_allowed`, and `unavailable` when headers
 * are given and there are no encryption keys.
 */
export async function setTelemetry(
  ctx: Ctx,
  { enabled, headers, include_content, ...input }: PutTelemetry,
): Promise<Telemetry> {
  const { db, workspace_id } = ctx;
  const endpoint = checkEndpoint(ctx, input.endpoint);
  for (const [name, value] of Object.entries(headers ?? {})) {
    const problem = headerProblem(name, value, true);
    if (problem !== null)
      throw invalid(
        `/headers/${name}`,
        'Must be a valid header name with a value of 1 to 4096 printable characters on one line.',
      );
  }
  const before = await selectTelemetry(db, workspace_id).get();
  const keepsHeaders = headers === undefined && before?.endpoint === endpoint;
  const now = ctx.now();
  const nothing = {
    due_at: 0,
    failures: 0,
    suspended_at: null,
    last_error: null,
    last_error_at: null,
    last_exported_at: null,
  };
  const planned = await planHeaders(ctx, endpoint, headers ?? {});
  const row: TelemetryRow = {
    ...{
      workspace_id,
      endpoint,
      include_content,
      is_enabled: enabled,
      created_at: now,
      updated_at: now,
    },
    ...{ ...nothing, header_hints: planned.hints },
    ...{ exported_runs: 0, dropped_runs: 0, rejected_spans: 0 },
  };
  const names = keepsHeaders ? undefined : planned.hints.map(({ name }) => name);
  const [rows] = await commit(ctx, {
    statements: [
      putTelemetry(db, row, keepsHeaders),
      ...(keepsHeaders ? [] : [planned.statement]),
      ...(enabled ? [] : [clearQueue(db, workspace_id)]),
    ],
    audit: [
      entry(ctx, 'telemetry.set', { endpoint, enabled, include_content, headers: names ?? 'kept' }),
    ],
  });
  const [line] = await selectWaiting(db, workspace_id);
  return toTelemetry(rows[0] ?? row, line?.waiting ?? 0);
}

/** Removes the export. Throws `not_found` when none is set. */
export async function removeTelemetry(ctx: Ctx): Promise<void> {
  const row = await selectTelemetry(ctx.db, ctx.workspace_id).get();
  if (row === undefined) throw new Failure('not_found', 'The workspace has no telemetry settings.');
  await commit(ctx, {
    statements: [deleteTelemetry(ctx.db, ctx.workspace_id), clearQueue(ctx.db, ctx.workspace_id)],
    audit: [entry(ctx, 'telemetry.remove', { endpoint: row.endpoint })],
  });
}

const entry = (ctx: Ctx, action: string, detail: Record<string, unknown>) => ({
  action,
  target_type: 'telemetry',
  target_id: ctx.workspace_id,
  detail,
});

function checkEndpoint(ctx: Ctx, text: string): string {
  const url = checkSecureUrl(ctx, text, 'The endpoint must use https.');
  if (url.hash !== '') throw invalid('/endpoint', 'The endpoint must not have a fragment.');
  return url.href;
}

const off: Telemetry = {
  ...{ enabled: false, endpoint: null, headers: [], include_content: false, state: 'off' },
  ...{ waiting_runs: 0, exported_runs: 0, dropped_runs: 0, rejected_spans: 0 },
  ...{ last_exported_at: null, last_error: null, next_attempt_at: null, updated_at: null },
};

const stateOf = ({ is_enabled, suspended_at, failures }: TelemetryRow): Telemetry['state'] =>
  !is_enabled ? 'off' : suspended_at !== null ? 'suspended' : failures > 0 ? 'retrying' : 'ok';

const toTelemetry = (row: TelemetryRow, waiting_runs: number): Telemetry => ({
  enabled: row.is_enabled,
  endpoint: row.endpoint,
  headers: row.header_hints,
  include_content: row.include_content,
  state: stateOf(row),
  waiting_runs,
  exported_runs: row.exported_runs,
  dropped_runs: row.dropped_runs,
  rejected_spans: row.rejected_spans,
  last_exported_at: toWireTimeOrNull(row.last_exported_at),
  last_error:
    row.last_error === null || row.last_error_at === null
      ? null
      : { detail: row.last_error, at: toWireTime(row.last_error_at) },
  next_attempt_at: stateOf(row) === 'retrying' ? toWireTime(row.due_at) : null,
  updated_at: toWireTime(row.updated_at),
});
