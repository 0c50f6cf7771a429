import { type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import type { EventType } from './registry.ts';
import { isWanted } from './store.ts';

/** An alert that needs a job. `id` is its id in its table, or the one that it gets if it is new. */
export interface RaisedAlert {
  readonly id: string;
  readonly job_id: string;
  readonly workspace_id: string;
  readonly event_type: EventType;
}

/**
 * Returns a statement that adds a job for each alert that this batch has inserted and that a
 * webhook subscribes to. `job` is an SQL expression over `given.value` for the JSON of the job.
 * Must follow the statement that inserts the alerts into `table`.
 */
export const promiseAlerts = (
  db: Db,
  table: 'budget_alerts' | 'anomalies',
  job: SQL,
  alerts: readonly RaisedAlert[],
  now: number,
): Statement =>
  db.run(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
    select given.value ->> 'job_id', given.value ->> 'workspace_id', ${job}, cast(${now} as integer), cast(${now} as integer)
    from json_each(${JSON.stringify(alerts)}) given cross join ${sql.raw(table)} raised on raised.id = given.value ->> 'id'
    where ${isWanted(sql`given.value ->> 'workspace_id'`, sql`given.value ->> 'event_type'`)}`) as unknown as Statement;
