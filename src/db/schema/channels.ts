import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { languages } from '../../shared/chat-texts/languages.ts';
import { agents } from './agents.ts';

export const channelKinds = ['slack', 'telegram', 'email', 'whatsapp', 'webhook'] as const;
export type ChannelKind = (typeof channelKinds)[number];

/** Places outside of the API in which an agent answers. */
export const channels = sqliteTable(
  'channels',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    kind: text({ enum: channelKinds }).notNull(),
    name: text().notNull(),
    is_enabled: integer({ mode: 'boolean' }).notNull().default(true),
    /** Settings that are shown. Secrets are in `secrets`. */
    settings: text({ mode: 'json' }).notNull().$type<Record<string, string>>(),
    /** The key that runs the agent. */
    api_key_id: text().notNull(),
    /** The address of an e-mail channel, in lower case; it belongs to one channel. */
    address: text(),
    /** The language of notices; null for that of the user, as far as the channel names it. */
    language: text({ enum: languages }),
    last_event_at: integer(),
    last_error: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('channels_agent').on(table.workspace_id, table.agent_id, table.id),
    uniqueIndex('channels_address').on(table.address).where(sql`address is not null`),
  ],
);

/** Conversations of a channel, with the session of each. */
export const channel_threads = sqliteTable(
  'channel_threads',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    channel_id: text().notNull(),
    agent_id: text().notNull(),
    /** Names the conversation in the channel. */
    thread_key: text().notNull(),
    end_user_id: text().notNull(),
    session_id: text().notNull(),
    /** Where answers are sent to. */
    target: text({ mode: 'json' }).notNull().$type<Record<string, string>>(),
    /** The language of the user, as the channel has named it last; null for one without texts. */
    language: text({ enum: languages }),
    last_message_at: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('channel_threads_key').on(table.channel_id, table.thread_key),
    index('channel_threads_session').on(table.session_id),
    index('channel_threads_workspace').on(table.workspace_id, table.id),
    index('channel_threads_user').on(table.workspace_id, table.end_user_id),
  ],
);

const channelMessageStatuses = ['received', 'running', 'waiting', 'done', 'failed'] as const;

/** A file of a received message, as the channel names it. */
export interface ChannelFile {
  readonly name: string;
  readonly media_type: string;
  /** The id or URL by which the channel returns the content; null for a stored object. */
  readonly ref: string | null;
  /** The object that holds the content. */
  readonly object_key?: string;
  /** Why the content was not stored. */
  readonly refused?: 'too_large' | 'too_many';
}

/** Messages that arrived, each once however often the channel delivers it. */
export const channel_messages = sqliteTable(
  'channel_messages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    channel_id: text().notNull(),
    /** The id that the channel gave the message. */
    external_id: text().notNull(),
    thread_id: text().notNull(),
    /** Order within the thread. */
    position: integer().notNull(),
    text: text().notNull(),
    files: text({ mode: 'json' }).notNull().$type<ChannelFile[]>(),
    status: text({ enum: channelMessageStatuses }).notNull(),
    lease_until: integer().notNull().default(0),
    run_id: text().notNull(),
    error: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('channel_messages_external').on(table.channel_id, table.external_id),
    index('channel_messages_thread').on(table.thread_id, table.position),
    index('channel_messages_waiting').on(table.created_at).where(sql`status = 'waiting'`),
    index('channel_messages_open')
      .on(table.lease_until)
      .where(sql`status in ('received', 'running')`),
    index('channel_messages_created').on(table.created_at),
    index('channel_messages_workspace').on(table.workspace_id),
  ],
);

export const channelDeliveryStatuses = ['pending', 'succeeded', 'failed'] as const;

/** Messages of the session that are sent to the channel. */
export const channel_deliveries = sqliteTable(
  'channel_deliveries',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    channel_id: text().notNull(),
    thread_id: text().notNull(),
    session_id: text().notNull(),
    /** Names what is sent, so that it is sent once: a message of the session, or a notice. */
    source_id: text().notNull(),
    /** The text of a notice; null for that of the message. */
    notice: text(),
    status: text({ enum: channelDeliveryStatuses }).notNull(),
    attempts: integer().notNull().default(0),
    /** Parts that the channel has accepted. */
    sent_parts: integer().notNull().default(0),
    /** Ids that the channel gave them. A first one without accepted parts is that of a draft, which is replaced. */
    external_ids: text({ mode: 'json' }).notNull().$type<string[]>(),
    response_status: integer(),
    error: text(),
    next_attempt_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('channel_deliveries_source').on(table.thread_id, table.source_id),
    index('channel_deliveries_channel').on(table.workspace_id, table.channel_id, table.id),
    index('channel_deliveries_session').on(table.session_id),
    index('channel_deliveries_due').on(table.next_attempt_at).where(sql`status = 'pending'`),
    index('channel_deliveries_created').on(table.created_at),
  ],
);
