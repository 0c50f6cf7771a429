import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { type AnomalyMeasure, analytics_state, anomalies } from '../db/schema/analytics.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import { promiseAlerts } from '../notifications/index.ts';

export type AnomalyRow = typeof anomalies.$inferSelect;

/** Selects workspaces that were rolled up since their last search, ordered by id, after an id. */
export const selectUnsearched = (db: Db, after: string, now: number, limit: number) =>
  db.all<{ id: string }>(sql`select workspace_id as id from analytics_state
    where revision > searched_revision and workspace_id > ${after} and lease_until <= ${now} order by workspace_id limit ${limit}`);

export const selectSearch = (db: Db, workspace_id: string) =>
  db
    .select({
      revision: analytics_state.revision,
      searched_until: analytics_state.searched_until,
      time_zone: workspaces.time_zone,
    })
    .from(analytics_state)
    .innerJoin(workspaces, eq(workspaces.id, analytics_state.workspace_id))
    .where(eq(analytics_state.workspace_id, workspace_id));

/** Stores that a revision was searched. A revision that has increased since is searched next time. */
export const saveSearch = (
  db: Db,
  workspace_id: string,
  revision: number,
  searched_until: string,
) =>
  db
    .update(analytics_state)
    .set({ searched_revision: revision, searched_until })
    .where(
      and(eq(analytics_state.workspace_id, workspace_id), sql`searched_revision <= ${revision}`),
    );

/** Selects agents with rolled-up hours from an instant on, ordered by id, after an id: one index lookup each. */
export const selectActiveAgents = (
  db: Db,
  workspace_id: string,
  from: number,
  after: string,
  limit: number,
) =>
  db.all<{
    id: string;
  }>(sql`select a.id from agents a where a.workspace_id = ${workspace_id} and a.id > ${after} and exists (
    select 1 from analytics_rollups r where r.workspace_id = a.workspace_id and r.agent_id = a.id and r.dimension = 'all'
      and r.grain = 'hour' and r.bucket >= ${from}) order by a.id limit ${limit}`);

/** Adds new anomalies, each with the job that sends its alert. */
export function addAnomalies(
  db: Db,
  found: readonly (Omit<AnomalyRow, 'delivered_at'> & { readonly job_id: string })[],
  now: number,
): Statement[] {
  const field = (name: string) => sql.raw(`given.value ->> '$.${name}'`);
  const insert =
    db.run(sql`insert into anomalies (id, workspace_id, agent_id, date, measure, value, usual, created_at)
    select ${field('id')}, ${field('workspace_id')}, ${field('agent_id')}, ${field('date')}, ${field('measure')},
      cast(${field('value')} as real), cast(${field('usual')} as real), ${field('created_at')}
    from json_each(${JSON.stringify(found)}) given where true on conflict do nothing`) as unknown as Statement;
  const job = sql`json_object('type', 'anomaly.alert', 'anomaly_id', ${field('id')})`;
  const alerts = found.map(({ id, job_id, workspace_id }) => ({
    id,
    job_id,
    workspace_id,
    event_type: 'anomaly.detected' as const,
  }));
  return [insert, promiseAlerts(db, 'anomalies', job, alerts, now)];
}

export const selectAnomaly = (db: Db, workspace_id: string, id: string) =>
  db.select().from(anomalies).where(of(workspace_id, id));

const of = (workspace_id: string, id: string) =>
  and(eq(anomalies.id, id), eq(anomalies.workspace_id, workspace_id));

export interface AnomalyFilter {
  /** Id or slug of the agent. */
  readonly agent?: string | undefined;
  readonly measure?: AnomalyMeasure | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
}

/** Selects anomalies, newest day first. `after` is the position of the last row of the page before. */
export function selectAnomalies(
  db: Db,
  workspace_id: string,
  filter: AnomalyFilter,
  after: string | null,
  limit: number,
) {
  const [date = '', agent_id = '', measure = ''] = after?.split(' ') ?? [];
  const { only, agent } = filter;
  const when = (given: string | undefined, condition: SQL) =>
    given === undefined ? undefined : condition;
  return db
    .select()
    .from(anomalies)
    .where(
      and(
        eq(anomalies.workspace_id, workspace_id),
        when(
          agent,
          sql`${anomalies.agent_id} = (select id from agents where workspace_id = ${workspace_id} and (id = ${agent} or slug = ${agent}))`,
        ),
        only === null
          ? undefined
          : sql`${anomalies.agent_id} in (select value from json_each(${JSON.stringify(only)}))`,
        when(filter.measure, sql`${anomalies.measure} = ${filter.measure}`),
        when(filter.from, sql`${anomalies.date} >= ${filter.from}`),
        when(filter.to, sql`${anomalies.date} <= ${filter.to}`),
        after === null
          ? undefined
          : sql`(${anomalies.date}, ${anomalies.agent_id}, ${anomalies.measure}) < (${date}, ${agent_id}, ${measure})`,
      ),
    )
    .orderBy(desc(anomalies.date), desc(anomalies.agent_id), desc(anomalies.measure))
    .limit(limit);
}

export const positionOf = ({ date, agent_id, measure }: AnomalyRow): string =>
  [date, agent_id, measure].join(' ');
