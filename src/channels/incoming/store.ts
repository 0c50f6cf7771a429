import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { channel_messages, channel_threads } from '../../db/schema/channels.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';
import type { MessageRow, ThreadRow } from '../store.ts';

/** Inserts a thread, or sets the address to which the next answer of an existing one is sent. */
export const upsertThread = (db: Db, row: ThreadRow) =>
  db
    .insert(channel_threads)
    .values(row)
    .onConflictDoUpdate({
      target: [channel_threads.channel_id, channel_threads.thread_key],
      set: {
        ...{ target: sql`excluded.target`, language: sql`excluded.language` },
        last_message_at: row.last_message_at,
      },
    });

export const continueThread = (
  db: Db,
  { channel_id, thread_key, target, language, last_message_at }: ThreadRow,
) =>
  db
    .update(channel_threads)
    .set({ target, language, last_message_at })
    .where(
      and(eq(channel_threads.channel_id, channel_id), eq(channel_threads.thread_key, thread_key)),
    );

/** Inserts a message of a thread that exists, unless the channel has delivered it before. */
export const insertMessage = (db: Db, row: Omit<MessageRow, 'thread_id'>, thread_key: string) =>
  db.run(sql`insert into channel_messages
    (id, workspace_id, channel_id, external_id, thread_id, position, text, files, status, lease_until, run_id, error, created_at)
    select ${row.id}, ${row.workspace_id}, ${row.channel_id}, ${row.external_id}, t.id, cast(${row.position} as integer), ${row.text},
      ${JSON.stringify(row.files)}, ${row.status}, 0, ${row.run_id}, null, cast(${row.created_at} as integer)
    from channel_threads t where t.channel_id = ${row.channel_id} and t.thread_key = ${thread_key}
    on conflict do nothing`);

export const selectMessage = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(channel_messages)
    .where(and(eq(channel_messages.workspace_id, workspace_id), eq(channel_messages.id, id)));

/** The message that the channel has delivered before under this id. */
export const selectKnown = (db: Db, channel_id: string, external_id: string) =>
  db
    .select({ id: channel_messages.id })
    .from(channel_messages)
    .where(
      and(
        eq(channel_messages.channel_id, channel_id),
        eq(channel_messages.external_id, external_id),
      ),
    );

/** A message whose run waits, which later messages of its thread follow. */
export const selectWaiting = (db: Db, thread_id: string) =>
  db
    .select({ id: channel_messages.id })
    .from(channel_messages)
    .where(and(eq(channel_messages.thread_id, thread_id), eq(channel_messages.status, 'waiting')))
    .limit(1);

/** Claims the oldest message of a thread that is to be answered; none while another one is being answered, or its run waits. */
export const claimNext = (db: Db, thread_id: string, now: number, lease_until: number) =>
  db
    .update(channel_messages)
    .set({ status: 'running', lease_until })
    .where(
      sql`${channel_messages.id} = (select m.id from channel_messages m where m.thread_id = ${thread_id}
        and (m.status = 'received' or m.status = 'running' and m.lease_until <= ${now}) order by m.position, m.id limit 1)
      and not exists (select 1 from channel_messages m where m.thread_id = ${thread_id}
        and (m.status = 'waiting' or m.status = 'running' and m.lease_until > ${now}))`,
    )
    .returning();

export const renewLease = (db: Db, id: string, lease_until: number) =>
  db
    .update(channel_messages)
    .set({ lease_until })
    .where(and(eq(channel_messages.id, id), eq(channel_messages.status, 'running')));

/** Ends a message, or returns it to the queue. Its text is then part of the session, and is not kept here. */
export const settleMessage = (
  db: Db,
  id: string,
  status: MessageRow['status'],
  error: string | null = null,
) =>
  db
    .update(channel_messages)
    .set({
      ...{ status, error, lease_until: 0 },
      ...(status === 'received' ? {} : { text: '', files: [] }),
    })
    .where(eq(channel_messages.id, id));

/**
 * Returns messages to the queue whose job was lost, as their process has died: claimed without a renewed lease, or not
 * claimed in a while. Those that wait for another message of their thread have no job, and need none. The lease keeps
 * the next ticks from the same.
 */
export const reclaimLost = (
  db: Db,
  { now, before, until, limit }: { now: number; before: number; until: number; limit: number },
) =>
  db
    .update(channel_messages)
    .set({ status: 'received', lease_until: until })
    .where(
      sql`${channel_messages.id} in (select m.id from channel_messages m where m.status in ('received', 'running') and m.lease_until <= ${now}
        and (m.status = 'running' or m.created_at <= ${before}) and ${isOfServedWorkspace(sql`m.workspace_id`)}
        and not exists (select 1 from channel_messages o where o.thread_id = m.thread_id
          and (o.status = 'waiting' or o.status = 'running' and o.lease_until > ${now}))
        order by m.lease_until limit ${limit})`,
    )
    .returning({ id: channel_messages.id, workspace_id: channel_messages.workspace_id });

/** Messages whose run has waited and has ended since, oldest first. */
export const selectAnswered = (db: Db, limit: number) =>
  db
    .select({ id: channel_messages.id, workspace_id: channel_messages.workspace_id })
    .from(channel_messages)
    .where(
      // A search of the index of waiting messages, which a mere sort by it is not.
      sql`${channel_messages.status} = 'waiting' and ${channel_messages.created_at} > 0 and not exists (select 1 from runs r where r.id = ${channel_messages.run_id}
        and r.status in ('queued', 'running', 'requires_action')) and ${isOfServedWorkspace(channel_messages.workspace_id)}`,
    )
    .orderBy(channel_messages.created_at)
    .limit(limit);
