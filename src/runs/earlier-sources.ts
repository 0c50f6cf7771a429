import { sql } from 'drizzle-orm';
import type { Ctx } from '../platform/context.ts';
import type { ActiveRun } from './active-run.ts';
import { isOfPerson } from './store/runs.ts';

/**
 * Returns the sources of untrusted content behind the earlier answers of the session and of the history, which may
 * repeat instructions from it. An answer whose sources are not known counts. One trip, made only when a call depends
 * on it.
 */
export async function readEarlierSources(
  ctx: Ctx,
  { run, prompt }: Pick<ActiveRun, 'run' | 'prompt'>,
): Promise<readonly string[]> {
  const { workspace_id, session_id, id } = run;
  const before = JSON.stringify(prompt.history.flatMap(({ run_id }) => run_id ?? []));
  const rows = await ctx.db.all<{ source: string }>(sql`
    with earlier as (
      select id from runs where workspace_id = ${workspace_id} and session_id = ${session_id}
      union select run_id from messages where session_id = ${session_id} and role = 'assistant'
      union select value from json_each(${before}))
    select distinct coalesce(u.value, 'documents') as source
    from earlier e left join runs r on r.id = e.id and r.workspace_id = ${workspace_id} left join json_each(r.untrusted) u
    where e.id <> ${id} and not ${isOfPerson(sql`e.id`)} and (r.id is null or r.untrusted is not null or json_array_length(r.source_file_ids) > 0
      or (r.source_file_ids is null and r.status = 'completed'))
    limit 10`);
  return rows.map(({ source }) => source);
}
