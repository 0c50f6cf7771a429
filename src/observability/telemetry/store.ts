import { eq, getTableColumns, sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { telemetry } from '../../db/schema/operations.ts';
import { workspaces } from '../../db/schema/workspaces.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';
import { sealedOf } from '../../secrets/index.ts';
import type { RunFacts, StepFacts } from './spans.ts';

export type TelemetryRow = typeof telemetry.$inferSelect;

const of = (workspace_id: string) => eq(telemetry.workspace_id, workspace_id);

/** The row with its sealed headers; null without headers. */
export type SealedTelemetry = TelemetryRow & { readonly headers: string | null };

export const selectTelemetry = (db: Db, workspace_id: string) =>
  db
    .select({
      ...getTableColumns(telemetry),
      headers: sealedOf('telemetry', 'headers', 'telemetry', 'workspace_id').as('headers'),
    })
    .from(telemetry)
    .where(of(workspace_id));

/** Returns the workspace's content logging, without which no content is exported. */
export const selectContentLogging = (db: Db, workspace_id: string) =>
  db
    .select({ content_logging: workspaces.content_logging })
    .from(workspaces)
    .where(eq(workspaces.id, workspace_id));

/** Counts the waiting runs, up to 10,000. */
export const selectWaiting = (db: Db, workspace_id: string) =>
  db.all<{ waiting: number }>(
    sql`select count(*) as waiting from (select 1 from telemetry_runs where workspace_id = ${workspace_id} limit 10000)`,
  );

/**
 * Sets the export, keeps its counters and clears its errors. With `keepsHeaders` the hints of the
 * headers are kept as well.
 */
export function putTelemetry(db: Db, row: TelemetryRow, keepsHeaders: boolean) {
  const { endpoint, include_content, is_enabled, updated_at, header_hints } = row;
  const clean = {
    due_at: 0,
    failures: 0,
    suspended_at: null,
    last_error: null,
    last_error_at: null,
  };
  const secrets = keepsHeaders ? {} : { header_hints };
  return db
    .insert(telemetry)
    .values(row)
    .onConflictDoUpdate({
      target: telemetry.workspace_id,
      set: { endpoint, include_content, is_enabled, updated_at, ...clean, ...secrets },
    })
    .returning();
}

export const deleteTelemetry = (db: Db, workspace_id: string) =>
  db.delete(telemetry).where(of(workspace_id));

export const clearQueue = (db: Db, workspace_id: string) =>
  db.run(sql`delete from telemetry_runs where workspace_id = ${workspace_id}`);

export const updateTelemetry = (db: Db, workspace_id: string, changes: Partial<TelemetryRow>) =>
  db.update(telemetry).set(changes).where(of(workspace_id));

/**
 * Returns the workspaces with waiting runs, by one index step each, however many runs they have.
 */
export const selectDueWorkspaces = (db: Db, now: number, limit: number) =>
  db.all<{ workspace_id: string }>(sql`
    with recursive waiting (id) as (
      select min(workspace_id) from telemetry_runs union all
      select (select min(workspace_id) from telemetry_runs where workspace_id > waiting.id) from waiting where waiting.id is not null limit ${limit})
    select t.workspace_id from waiting cross join telemetry t on t.workspace_id = waiting.id where t.is_enabled = 1 and t.due_at <= ${now}
      and ${isOfServedWorkspace(sql`t.workspace_id`)}`);

/**
 * Adds a job for each workspace that is still due and postpones its next job to `until`. Returns
 * the jobs.
 */
export async function promiseExports(
  db: Db,
  rows: readonly { readonly workspace_id: string; readonly job_id: string }[],
  now: number,
  { sweep_at, until }: { readonly sweep_at: number; readonly until: number },
): Promise<{ readonly id: string; readonly workspace_id: string }[]> {
  const list = sql`json_each(${JSON.stringify(rows)}) w`;
  const integer = (value: number) => sql`cast(${value} as integer)`;
  const [jobs] = (await batch(db, [
    db.all(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
      select w.value ->> 'job_id', t.workspace_id, json_object('type', 'telemetry.export'), ${integer(sweep_at)}, ${integer(now)}
      from ${list} cross join telemetry t on t.workspace_id = w.value ->> 'workspace_id' and t.is_enabled = 1 and t.due_at <= ${now}
      where true returning id, workspace_id`),
    db.run(sql`update telemetry set due_at = ${integer(until)} where is_enabled = 1 and due_at <= ${now}
      and workspace_id in (select w.value ->> 'workspace_id' from ${list})`),
  ])) as unknown as [{ id: string; workspace_id: string }[]];
  return jobs;
}

/** Drops runs that have waited since before `since`. Returns their number. */
export async function dropOldRuns(
  db: Db,
  workspace_id: string,
  since: number,
  reason: Pick<TelemetryRow, 'last_error' | 'last_error_at'>,
) {
  const old = sql`from telemetry_runs where workspace_id = ${workspace_id} and queued_at < ${since} and run_id in (
    select run_id from telemetry_runs where workspace_id = ${workspace_id} order by run_id limit 2000)`;
  const [gone] = (await batch(db, [
    db.all(sql`select count(*) as runs ${old}`),
    db.run(sql`update telemetry set dropped_runs = dropped_runs + (select count(*) ${old}),
      last_error = ${reason.last_error}, last_error_at = cast(${reason.last_error_at} as integer)
      where workspace_id = ${workspace_id} and exists (select 1 ${old})`),
    db.run(sql`delete ${old}`),
  ])) as unknown as [{ runs: number }[]];
  return gone[0]?.runs ?? 0;
}

/** Removes runs from the queue and records the outcome. */
export const settleRuns = (
  db: Db,
  workspace_id: string,
  run_ids: readonly string[],
  counts: Partial<TelemetryRow>,
) => {
  const added = (name: 'exported_runs' | 'dropped_runs' | 'rejected_spans') =>
    counts[name] === undefined ? {} : { [name]: sql`${telemetry[name]} + ${counts[name]}` };
  return batch(db, [
    db.run(
      sql`delete from telemetry_runs where workspace_id = ${workspace_id} and run_id in (select value from json_each(${JSON.stringify(run_ids)}))`,
    ),
    db
      .update(telemetry)
      .set({
        ...counts,
        ...added('exported_runs'),
        ...added('dropped_runs'),
        ...added('rejected_spans'),
      })
      .where(of(workspace_id)),
  ]);
};

export interface Waiting {
  /** The ids of all runs read; some of the runs may have been erased. */
  readonly run_ids: readonly string[];
  readonly runs: readonly RunFacts[];
  readonly steps: ReadonlyMap<string, readonly StepFacts[]>;
}

/**
 * Reads the first runs of the queue with everything that is exported of them, in one round trip.
 */
export async function readWaiting(
  db: Db,
  workspace_id: string,
  limit: number,
  withContent: boolean,
): Promise<Waiting> {
  const line = sql`(select run_id from telemetry_runs where workspace_id = ${workspace_id} order by run_id limit ${limit})`;
  const text = withContent
    ? sql`coalesce(c.question, (select m.text from messages m where m.id = r.input_message_id)) as question,
      iif(c.run_id is null, (select m.text from messages m where m.run_id = r.id and m.role = 'assistant' limit 1),
        iif(c.answered_at is null, null, c.answer)) as answer`
    : sql`null as question, null as answer`;
  const input = withContent ? sql`s.input` : sql`null as input`;
  const [ids, runs, steps] = (await batch(db, [
    db.all(sql`select run_id from ${line}`),
    db.all(sql`select r.id, r.agent_id, a.name as agent_name, v.number as version, v.config ->> 'model' as model, r.session_id, r.is_preview, r.status,
        r.finish_reason, r.error_code, r.error_detail, r.input_tokens, r.output_tokens, r.cache_read_tokens, r.reasoning_tokens, r.cost_nano_usd,
        r.first_token_ms, r.created_at, r.ended_at, ${text}
      from ${line} q cross join runs r on r.id = q.run_id left join agents a on a.id = r.agent_id left join agent_versions v on v.id = r.version_id left join run_contents c on c.run_id = r.id
      where r.workspace_id = ${workspace_id} and r.ended_at is not null order by r.id`),
    db.all(sql`select s.run_id, s.id, s.parent_id, s.agent_id, d.name as agent_name, s.type, s.name, ${input}, s.output, s.error, s.cost_nano_usd,
        s.started_at, s.latency_ms
      from ${line} q cross join run_steps s on s.run_id = q.run_id left join agents d on d.id = s.agent_id where s.workspace_id = ${workspace_id} order by s.run_id, s.ordinal`),
  ])) as unknown as [
    { run_id: string }[],
    RunFacts[],
    (StepFacts & { run_id: string; input: string | null; output: string | null })[],
  ];
  const read = steps.map(({ input: request, output, ...step }) => ({
    ...step,
    input: parse(request),
    output: parse(output),
  }));
  return {
    run_ids: ids.map(({ run_id }) => run_id),
    runs,
    steps: Map.groupBy(read, ({ run_id }) => run_id),
  };
}

const parse = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
