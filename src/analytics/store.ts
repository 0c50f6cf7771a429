import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import {
  analytics_cursors,
  analytics_marks,
  analytics_rollups,
  analytics_state,
  type Grain,
} from '../db/schema/analytics.ts';
import { day, hour } from '../shared/time.ts';
import { type Dimension, dimensions } from './dimensions.ts';

export type StateRow = typeof analytics_state.$inferSelect;

/** A row of rollups without the columns that all rows of a batch share. */
export interface RollupRow {
  readonly agent_id: string;
  readonly dimension: Dimension;
  readonly slices: string;
  readonly quarters: string | null;
}

/** The right to write the rollups of a workspace. A write without it has no effect. */
export interface Lease {
  readonly workspace_id: string;
  readonly token: string;
}

const holds = ({ workspace_id, token }: Lease): SQL =>
  sql`exists (select 1 from analytics_state where workspace_id = ${workspace_id} and lease = ${token})`;

/** Selects workspaces with something to roll up at `now`, ordered by id, after an id. */
export function selectDueWorkspaces(db: Db, after: string, now: number, limit: number) {
  const closed = now - (now % hour);
  const ofAgents = (table: string, column: string) => {
    const at = sql.raw(`f.${column}`);
    return sql`exists (select 1 from agents a cross join ${sql.raw(table)} f on f.workspace_id = a.workspace_id and f.agent_id = a.id
      and ${at} >= coalesce(s.rolled_until, 0) and ${at} < ${closed} where a.workspace_id = w.id)`;
  };
  return db.all<{ id: string }>(sql`
    select w.id from workspaces w left join analytics_state s on s.workspace_id = w.id
    where w.id > ${after} and coalesce(s.lease_until, 0) <= ${now} and (
      exists (select 1 from analytics_marks m where m.workspace_id = w.id)
      or exists (select 1 from usage u where u.workspace_id = w.id and u.created_at >= coalesce(s.rolled_until, 0) and u.created_at < ${closed})
      or ${ofAgents('runs', 'ended_at')} or ${ofAgents('feedback', 'created_at')} or ${ofAgents('answer_scores', 'scored_at')}
      or (s.dayed_until < s.rolled_until and s.dayed_until < ${closed - (closed % day)}))
    order by w.id limit ${limit}`);
}

/**
 * Leases a workspace until an instant. From then on, late facts of closed hours mark these hours, so none is missed
 * between reading and writing.
 */
export const takeLease = (db: Db, { workspace_id, token }: Lease, now: number, until: number) =>
  [
    db.insert(analytics_state).values({ workspace_id }).onConflictDoNothing(),
    db
      .update(analytics_state)
      .set({
        lease: token,
        lease_until: until,
        closing_until: sql`max(closing_until, ${now - (now % hour)})`,
        revision: sql`revision + 1`,
      })
      .where(and(eq(analytics_state.workspace_id, workspace_id), sql`lease_until <= ${now}`))
      .returning(),
  ] as const;

export const advanceState = (db: Db, { workspace_id, token }: Lease, changes: Partial<StateRow>) =>
  db
    .update(analytics_state)
    .set(changes)
    .where(and(eq(analytics_state.workspace_id, workspace_id), eq(analytics_state.lease, token)))
    .returning({ workspace_id: analytics_state.workspace_id });

/** Selects the time of the first fact from `from` on and before `to`; null without one. */
export function selectNextFacts(db: Db, workspace_id: string, from: number, to: number) {
  const first = (table: string, column: string) =>
    sql`(select min((select min(f.${sql.raw(column)}) from ${sql.raw(table)} f where f.workspace_id = a.workspace_id and f.agent_id = a.id
      and f.${sql.raw(column)} >= ${from} and f.${sql.raw(column)} < ${to})) from agents a where a.workspace_id = ${workspace_id})`;
  return db.all<{ at: number | null }>(sql`
    select min(at) as at from (
      select min(u.created_at) as at from usage u where u.workspace_id = ${workspace_id} and u.created_at >= ${from} and u.created_at < ${to}
      union all select ${first('runs', 'ended_at')} union all select ${first('feedback', 'created_at')} union all select ${first('answer_scores', 'scored_at')})`);
}

export const selectMarks = (db: Db, workspace_id: string, grain: Grain, limit: number) =>
  db
    .select()
    .from(analytics_marks)
    .where(and(eq(analytics_marks.workspace_id, workspace_id), eq(analytics_marks.grain, grain)))
    .orderBy(analytics_marks.bucket)
    .limit(limit);

/** Deletes a mark if no further one was added since it was read; otherwise the bucket is counted once more. */
export const deleteMark = (db: Db, lease: Lease, grain: Grain, bucket: number, marks: number) =>
  db
    .delete(analytics_marks)
    .where(
      and(
        eq(analytics_marks.workspace_id, lease.workspace_id),
        eq(analytics_marks.grain, grain),
        eq(analytics_marks.bucket, bucket),
        eq(analytics_marks.marks, marks),
        holds(lease),
      ),
    );

/** Marks a day that has been rolled up; an open one needs no mark. */
export const markDay = (db: Db, lease: Lease, bucket: number): Statement =>
  db.run(sql`insert into analytics_marks (workspace_id, grain, bucket, marks)
    select ${lease.workspace_id}, 'day', ${bucket}, 1 from analytics_state
    where workspace_id = ${lease.workspace_id} and lease = ${lease.token} and dayed_until > ${bucket}
    on conflict (workspace_id, grain, bucket) do update set marks = marks + 1`) as unknown as Statement;

/** Maximum number of bytes of rows in one statement. */
const statementBytes = 500_000;

/** Replaces all rows of a bucket, or those of some agents. */
export function replaceRollups(
  db: Db,
  lease: Lease,
  {
    grain,
    bucket,
    agents,
  }: { readonly grain: Grain; readonly bucket: number; readonly agents: readonly string[] | null },
  rows: readonly RollupRow[],
): Statement[] {
  const { workspace_id } = lease;
  const whose =
    agents === null
      ? sql`(select '' union all select id from agents where workspace_id = ${workspace_id})`
      : sql`(select value from json_each(${JSON.stringify(agents)}))`;
  const inserts = inChunks(rows).map((chunk) =>
    db.insert(analytics_rollups).select(
      sql`select ${workspace_id}, value ->> 'agent_id', value ->> 'dimension', ${grain}, ${bucket}, value ->> 'slices', value ->> 'quarters'
      from json_each(${JSON.stringify(chunk)}) where ${holds(lease)}`,
    ),
  );
  const remove = db
    .delete(analytics_rollups)
    .where(
      and(
        eq(analytics_rollups.workspace_id, workspace_id),
        sql`agent_id in ${whose} and dimension in (select value from json_each(${JSON.stringify(dimensions)}))`,
        eq(analytics_rollups.grain, grain),
        eq(analytics_rollups.bucket, bucket),
        holds(lease),
      ),
    );
  return [remove, ...inserts];
}

function inChunks(rows: readonly RollupRow[]): RollupRow[][] {
  const chunks: RollupRow[][] = [];
  let size = statementBytes;
  for (const row of rows) {
    const bytes = row.slices.length + (row.quarters?.length ?? 0);
    if (size + bytes > statementBytes) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(row);
    size += bytes;
  }
  return chunks;
}

/** Selects the first hour from `from` on and before `to` that has been rolled up. */
export const selectNextDay = (db: Db, workspace_id: string, from: number, to: number) =>
  db.get<{ bucket: number | null }>(sql`select min(bucket) as bucket from analytics_rollups
    where workspace_id = ${workspace_id} and agent_id = '' and dimension = 'all' and grain = 'hour' and bucket >= ${from} and bucket < ${to}`);

export const selectAgentIds = (db: Db, workspace_id: string, after: string, limit: number) =>
  db.all<{ id: string }>(
    sql`select id from agents where workspace_id = ${workspace_id} and id > ${after} order by id limit ${limit}`,
  );

/** Selects the hours of a day for some agents. */
export const selectHours = (
  db: Db,
  workspace_id: string,
  agents: readonly string[],
  bucket: number,
) =>
  db.all<Pick<RollupRow, 'agent_id' | 'dimension' | 'slices'>>(sql`
    select r.agent_id, r.dimension, r.slices
    from json_each(${JSON.stringify(agents)}) a cross join json_each(${JSON.stringify(dimensions)}) d
    cross join analytics_rollups r on r.workspace_id = ${workspace_id} and r.agent_id = a.value and r.dimension = d.value
      and r.grain = 'hour' and r.bucket >= ${bucket} and r.bucket < ${bucket + day}
    order by r.agent_id, r.dimension, r.bucket`);

export const selectCursor = (db: Db, name: string) =>
  db.select().from(analytics_cursors).where(eq(analytics_cursors.name, name));

export const saveCursor = (db: Db, name: string, position: string) =>
  db
    .insert(analytics_cursors)
    .values({ name, position })
    .onConflictDoUpdate({ target: analytics_cursors.name, set: { position } });
