import { type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import type { EventType } from './registry.ts';
import { isWanted } from './store.ts';

/** An alert to promise a job for: `id` as it is in its table, or as it would be if it was new. */
export interface RaisedAlert {
  readonly id: string;
  readonly job_id: string;
  readonly workspace_id: string;
  readonly event_type: EventType;
}

/**
 * A job for each alert that this batch has added and that a webhook wants. `job` is the JSON of the job,
 * made of `given.value`. Goes after the statement that adds the alerts to `table`.
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
