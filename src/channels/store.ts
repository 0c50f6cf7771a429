import { and, desc, eq, getTableColumns, inArray, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { valuesOf } from '../db/json-values.ts';
import {
  channel_deliveries,
  type channel_messages,
  channel_threads,
  channels,
} from '../db/schema/channels.ts';
import { sealedOf } from '../secrets/index.ts';

export type ChannelRow = typeof channels.$inferSelect;
export type ThreadRow = typeof channel_threads.$inferSelect;
export type MessageRow = typeof channel_messages.$inferSelect;
export type DeliveryRow = typeof channel_deliveries.$inferSelect;

/** Maximum number of channels of a workspace. */
export const maxChannels = 100;

/** Inserts a channel. Violates `channels.name` at the maximum number. */
export const insertChannel = (db: Db, row: ChannelRow) =>
  db.insert(channels).values({
    ...row,
    name: sql`iif((select count(*) from channels c where c.workspace_id = ${row.workspace_id}) < ${sql.raw(String(maxChannels))}, ${row.name}, null)`,
  });

const own = (workspace_id: string, id: string) =>
  and(eq(channels.workspace_id, workspace_id), eq(channels.id, id));

export const selectChannel = (db: Db, workspace_id: string, id: string) =>
  db.select().from(channels).where(own(workspace_id, id));

/** Selects channels, newest first: of an agent, or of `only` these. */
export const selectChannels = (
  db: Db,
  workspace_id: string,
  agent: string | undefined,
  only: readonly string[] | null,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(channels)
    .where(
      and(
        eq(channels.workspace_id, workspace_id),
        agent === undefined ? undefined : eq(channels.agent_id, agent),
        only === null ? undefined : inArray(channels.agent_id, valuesOf(only)),
        after === null ? undefined : lt(channels.id, after),
      ),
    )
    .orderBy(desc(channels.id))
    .limit(limit);

export const updateChannel = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<ChannelRow>,
) => db.update(channels).set(changes).where(own(workspace_id, id)).returning();

export const deleteChannel = (db: Db, workspace_id: string, id: string) =>
  db.delete(channels).where(own(workspace_id, id));

const withSecrets = {
  channel: channels,
  sealed: sealedOf('channel', 'credentials', 'channels', 'id').as('sealed'),
};

/** A channel of any workspace with its sealed credentials, for a request without a key. */
export const selectSealedChannel = (db: Db, id: string) =>
  db.select(withSecrets).from(channels).where(eq(channels.id, id));

export const selectSealedChannelOf = (db: Db, workspace_id: string, id: string) =>
  db.select(withSecrets).from(channels).where(own(workspace_id, id));

export const selectChannelOfAddress = (db: Db, address: string) =>
  db.select(withSecrets).from(channels).where(eq(channels.address, address));

/** A thread with the language of its notices: that of the channel, else that of the user. */
const withLanguage = {
  ...getTableColumns(channel_threads),
  language: sql<ThreadRow['language']>`coalesce(
    (select c.language from channels c where c.id = ${channel_threads.channel_id}), ${channel_threads.language})`.as(
    'language',
  ),
};

export const selectThread = (db: Db, workspace_id: string, id: string) =>
  db
    .select(withLanguage)
    .from(channel_threads)
    .where(and(eq(channel_threads.workspace_id, workspace_id), eq(channel_threads.id, id)));

export const selectThreadOfSession = (db: Db, workspace_id: string, session_id: string) =>
  db
    .select(withLanguage)
    .from(channel_threads)
    .where(
      and(
        eq(channel_threads.session_id, session_id),
        eq(channel_threads.workspace_id, workspace_id),
      ),
    );

/** Gives a thread another session, if it still has `from`. */
export const moveThread = (db: Db, { id, session_id: from }: ThreadRow, session_id: string) =>
  db
    .update(channel_threads)
    .set({ session_id })
    .where(and(eq(channel_threads.id, id), eq(channel_threads.session_id, from)));

export const selectDeliveries = (
  db: Db,
  workspace_id: string,
  channel_id: string,
  status: DeliveryRow['status'] | undefined,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(channel_deliveries)
    .where(
      and(
        eq(channel_deliveries.workspace_id, workspace_id),
        eq(channel_deliveries.channel_id, channel_id),
        status === undefined ? undefined : eq(channel_deliveries.status, status),
        after === null ? undefined : lt(channel_deliveries.id, after),
      ),
    )
    .orderBy(desc(channel_deliveries.id))
    .limit(limit);
