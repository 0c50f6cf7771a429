import { sql } from 'drizzle-orm';
import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { RunEvent } from '../events.ts';
import { endRun, type RunRow } from '../store/runs.ts';
import { encodeEvents, interruptedDetail } from '../stream/event-log.ts';

/** The statement that ends a run whose host died as `interrupted`. */
export const interruptRun = (
  ctx: Ctx,
  run: RunRow,
  events: readonly RunEvent[],
  content_logging: boolean,
  /** The runs whose answers may be in its prompt. */
  run_ids: readonly string[] = [],
): Statement => {
  const ended_at = ctx.now();
  const untrusted = [...new Set([...(run.untrusted ?? []), ...readIn(events)])];
  const end = {
    status: 'interrupted',
    finish_reason: 'interrupted',
    error_code: 'run_interrupted',
    error_detail: interruptedDetail,
    events: content_logging ? encodeEvents(events) : null,
    latency_ms: ended_at - run.created_at - run.waited_ms,
    ended_at,
    ...(untrusted.length === 0 ? {} : { untrusted }),
  } as const;
  const file_ids = events.flatMap((event) => ('file_ids' in event ? (event.file_ids ?? []) : []));
  const sources = { file_ids: [...new Set(file_ids)], run_ids };
  return endRun(ctx.db, run.workspace_id, run.id, end, sources);
};

/** Returns the sources of untrusted content that events show. */
function readIn(events: readonly RunEvent[]): string[] {
  const names = new Map<string, string>();
  return events.flatMap((event) => {
    if (event.type === 'retrieval') return event.hits > 0 ? ['documents'] : [];
    if (event.type === 'tool-input-available') names.set(event.tool_call_id, event.tool_name);
    const isResult = event.type === 'tool-output-available' || event.type === 'tool-output-error';
    return isResult ? [names.get(event.tool_call_id) ?? 'tools'] : [];
  });
}

/** Sets the usage of an interrupted run from its usage rows; null where one of them is unknown. Goes after these rows. */
export const sumUsage = (ctx: Ctx, { id }: RunRow): Statement => {
  const sum = (column: string) =>
    sql.raw(`iif(count(*) = count(${column}), coalesce(sum(${column}), 0), null)`);
  return ctx.db.run(sql`update runs set
      cost_nano_usd = (select ${sum('cost_nano_usd')} from usage where run_id = ${id}),
      (input_tokens, output_tokens) =
        (select ${sum('input_tokens')}, ${sum('output_tokens')} from usage where run_id = ${id} and operation not like 'embed%')
    where id = ${id} and workspace_id = ${ctx.workspace_id} and status = 'interrupted'`);
};
