import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobMessage } from '../../platform/job.ts';
import { minute } from '../../shared/time.ts';
import type { EventData, EventType } from './registry.ts';
import {
  type EventRow,
  insertDeliveries,
  insertEvents,
  insertJobs,
  removeQueued,
  selectRecipients,
} from './store.ts';

/**
 * By then the job of an attempt has ended or is lost, and the task of the next minute creates
 * another.
 */
export const attemptLease = 10 * minute;

interface About<Type extends EventType> {
  readonly workspace_id: string;
  readonly type: Type;
  readonly subject_id: string;
  readonly data: EventData<Type>;
  readonly created_at: number;
  /** The budget whose own webhook receives the event instead of the alert webhook. */
  readonly owner_id?: string;
  /** The payload for alert and budget webhooks. An event with it is published once per subject. */
  readonly alert_body?: Record<string, unknown>;
  /** Its position in `webhook_event_queue`, which publishing deletes. */
  readonly seq?: number;
}

/** An event to publish, with the data of its type. */
export type NewEvent = { [Type in EventType]: About<Type> }[EventType];

/**
 * Stores events that have a recipient, each with one delivery per recipient and the job of its
 * first attempt, in one batch. Event ids rise in the given order. Idempotent: a queued event is
 * published by whoever removes it from the queue, an alert once. Returns the number of deliveries.
 */
export async function publishEvents(ctx: Ctx, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const recipients = await selectRecipients(ctx.db, events);
  const rows = events.flatMap((event, index) => {
    const own = recipients.filter((one) => one.event_index === index);
    return own.length === 0 ? [] : [{ row: toRow(ctx, event), recipients: own }];
  });
  const deliveries = rows.flatMap(({ row, recipients: own }) =>
    own.map(({ webhook_id }) => ({
      id: ctx.newId('whd'),
      job_id: ctx.newId('job'),
      workspace_id: row.workspace_id,
      event_id: row.id,
      webhook_id,
    })),
  );
  const now = ctx.now();
  const results = await batch(ctx.db, [
    insertEvents(
      ctx.db,
      rows.map(({ row }) => row),
    ),
    insertDeliveries(ctx.db, deliveries, now, now + attemptLease),
    insertJobs(ctx.db, deliveries, now),
    removeQueued(
      ctx.db,
      events.flatMap(({ seq }) => seq ?? []),
    ),
  ]);
  const jobs = results[2] as { id: string; workspace_id: string; job: string }[];
  const messages = jobs.map((row): JobMessage => ({ ...row, job: JSON.parse(row.job) }));
  if (messages.length > 0) ctx.defer(ctx.jobs.send(messages));
  return messages.length;
}

const toRow = (ctx: Ctx, event: NewEvent): EventRow & { readonly seq: number | null } => ({
  id: ctx.newId('evt'),
  workspace_id: event.workspace_id,
  type: event.type,
  subject_id: event.subject_id,
  owner_id: event.owner_id ?? null,
  data: event.data,
  alert_body: event.alert_body ?? null,
  created_at: event.created_at,
  seq: event.seq ?? null,
});
