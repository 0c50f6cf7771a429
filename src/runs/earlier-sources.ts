import { sql } from 'drizzle-orm';
import type { Ctx } from '../platform/context.ts';
import type { ActiveRun } from './active-run.ts';

/**
 * Returns the sources of untrusted content behind the earlier answers of the session and of the history, which may
 * repeat instructions from it. One trip, made only when a call depends on it.
 */
export async function readEarlierSources(
  ctx: Ctx,
  { run, prompt }: Pick<ActiveRun, 'run' | 'prompt'>,
): Promise<readonly string[]> {
  const before = JSON.stringify(prompt.history.flatMap(({ run_id }) => run_id ?? []));
  const rows = await ctx.db.all<{ source: string }>(sql`
    select distinct coalesce(u.value, 'documents') as source
    from runs r left join json_each(r.untrusted) u
    where r.workspace_id = ${run.workspace_id} and r.id <> ${run.id}
      and (r.untrusted is not null or json_array_length(r.source_file_ids) > 0)
      and r.id in (
        select id from runs where workspace_id = ${run.workspace_id} and session_id = ${run.session_id}
        union select value from json_each(${before}))
    limit 10`);
  return rows.map(({ source }) => source);
}
