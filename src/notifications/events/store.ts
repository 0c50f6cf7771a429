import { type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import type { webhook_events } from '../../db/schema/notifications.ts';
import { firstSweepAfter } from '../../platform/commit.ts';
import type { EventType } from './registry.ts';

export type EventRow = typeof webhook_events.$inferSelect;

const field = (name: string) => sql.raw(`g.value ->> '$.${name}'`);
const integer = (value: number) => sql`cast(${value} as integer)`;
const list = (rows: readonly unknown[]) => sql`json_each(${JSON.stringify(rows)}) g`;

/** Selects 1 when an enabled webhook of the workspace subscribes to the type. */
export const isWanted = (workspace_id: SQL, type: SQL): SQL =>
  sql`exists (select 1 from webhooks w, json_each(w.event_types) f
    where w.workspace_id = ${workspace_id} and w.is_enabled = 1 and ${type} glob f.value)`;

interface Subject {
  readonly workspace_id: string;
  readonly type: EventType;
  readonly owner_id?: string;
}

/**
 * The webhooks that receive each event, by the index of the event. A budget's own webhook replaces
 * the alert webhook, also while it is disabled.
 */
export const selectRecipients = (db: Db, events: readonly Subject[]) =>
  db.all<{ event_index: number; webhook_id: string }>(sql`
    select g.key as event_index, w.id as webhook_id
    from ${list(events.map(({ workspace_id, type, owner_id = null }) => ({ workspace_id, type, owner_id })))}
    join webhooks w on w.workspace_id = ${field('workspace_id')} and w.is_enabled = 1
    where exists (select 1 from json_each(w.event_types) f where ${field('type')} glob f.value)
      and (w.purpose = 'general' or w.purpose = 'budget' and w.owner_id = ${field('owner_id')}
        or w.purpose = 'alerts' and not exists (
          select 1 from webhooks own where own.purpose = 'budget' and own.owner_id = ${field('owner_id')}))
    order by g.key, w.id`);

/** A queued event is inserted only while it is in the queue. */
export const insertEvents = (
  db: Db,
  rows: readonly (EventRow & { readonly seq: number | null })[],
): Statement =>
  db.run(sql`insert into webhook_events (id, workspace_id, type, subject_id, owner_id, data, alert_body, created_at)
    select ${field('id')}, ${field('workspace_id')}, ${field('type')}, ${field('subject_id')}, ${field('owner_id')},
      g.value -> '$.data', nullif(g.value -> '$.alert_body', 'null'), ${field('created_at')}
    from ${list(rows)}
    where ${field('seq')} is null or exists (select 1 from webhook_event_queue q where q.seq = ${field('seq')})
    on conflict do nothing`) as unknown as Statement;

export interface NewDelivery {
  readonly id: string;
  readonly job_id: string;
  readonly workspace_id: string;
  readonly event_id: string;
  readonly webhook_id: string;
}

/** Adds one delivery for each inserted event and each webhook that still exists. */
export const insertDeliveries = (
  db: Db,
  rows: readonly NewDelivery[],
  now: number,
  next_attempt_at: number,
): Statement =>
  db.run(sql`insert into webhook_deliveries
    (id, workspace_id, webhook_id, event_id, event_type, status, next_attempt_at, created_at)
    select ${field('id')}, e.workspace_id, w.id, e.id, e.type, 'pending', ${integer(next_attempt_at)}, ${integer(now)}
    from ${list(rows)} join webhook_events e on e.id = ${field('event_id')} join webhooks w on w.id = ${field('webhook_id')}
    where true on conflict do nothing`) as unknown as Statement;

/** Adds a job for each of these deliveries that exists and is pending. Returns the jobs. */
export const insertJobs = (
  db: Db,
  rows: readonly Pick<NewDelivery, 'id' | 'job_id'>[],
  now: number,
) =>
  db.all<{ id: string; workspace_id: string; job: string }>(sql`
    insert into outbox (id, workspace_id, job, due_at, created_at)
    select ${field('job_id')}, d.workspace_id, json_object('type', 'webhook.deliver', 'delivery_id', d.id),
      ${integer(now + firstSweepAfter)}, ${integer(now)}
    from ${list(rows)} join webhook_deliveries d on d.id = ${field('id')} and d.status = 'pending'
    where true on conflict do nothing returning id, workspace_id, job`);

export const removeQueued = (db: Db, seqs: readonly number[]): Statement =>
  db.run(
    sql`delete from webhook_event_queue where seq in (select value from json_each(${JSON.stringify(seqs)}))`,
  ) as unknown as Statement;
