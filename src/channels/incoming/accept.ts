import type { ChannelFile } from '../../db/schema/channels.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { InboundMessage } from '../adapter.ts';
import { maxFileBytes } from '../call-api.ts';
import { type ChannelRow, updateChannel } from '../store.ts';
import { endUserIdOf } from './end-user-id.ts';
import { continueThread, insertMessage, upsertThread } from './store.ts';

/** Maximum messages of one request; channels send far fewer. */
const maxMessages = 50;
const maxChars = 100_000;

/** Stores messages that arrived, each once, and queues their answers. The request is answered at once. */
export async function acceptMessages(
  ctx: Ctx,
  channel: ChannelRow,
  messages: readonly InboundMessage[],
): Promise<void> {
  const wanted = messages
    .slice(0, maxMessages)
    .filter(({ text, files }) => text.trim() !== '' || files.length > 0);
  for (const message of wanted) await acceptMessage(ctx, channel, message);
}

async function acceptMessage(
  ctx: Ctx,
  { id: channel_id, agent_id, kind }: ChannelRow,
  message: InboundMessage,
): Promise<void> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const id = ctx.newId('chi');
  const { external_id, user_key, position, text, target } = message;
  const end_user_id = await endUserIdOf(kind, user_key);
  // A session belongs to one person, also where several write in one thread.
  const thread_key = `${message.thread_key} ${end_user_id}`;
  const thread = {
    ...{ id: ctx.newId('cht'), workspace_id, channel_id, agent_id, thread_key },
    end_user_id,
    session_id: ctx.newId('ses'),
    target: { ...target },
    ...{ last_message_at: now, created_at: now },
  };
  const files = await storeFiles(ctx, id, message);
  const row = {
    ...{ id, workspace_id, channel_id, external_id, position },
    ...{ text: text.slice(0, maxChars), files, status: 'received' as const, lease_until: 0 },
    ...{ run_id: ctx.newId('run'), error: null, created_at: now },
  };
  await commit(ctx, {
    statements: [
      message.only_continues === true ? continueThread(db, thread) : upsertThread(db, thread),
      insertMessage(db, row, thread_key),
      updateChannel(db, workspace_id, channel_id, { last_event_at: now }),
    ],
    jobs: [{ type: 'channel.receive', message_id: id }],
  });
}

/** The object that holds a file until its message is part of a session. */
export const objectKey = (workspace_id: string, message_id: string, index: number): string =>
  `${workspace_id}/channels/${message_id}/${index}`;

async function storeFiles(ctx: Ctx, id: string, { files }: InboundMessage): Promise<ChannelFile[]> {
  const stored: ChannelFile[] = [];
  for (const [index, { content, name, media_type, ref }] of files.entries()) {
    if (content === undefined) stored.push({ name, media_type, ref });
    else if (content.byteLength <= maxFileBytes) {
      const object_key = objectKey(ctx.workspace_id, id, index);
      await ctx.files.put(object_key, chunksOf(content), { media_type, limit: maxFileBytes });
      stored.push({ name, media_type, ref: null, object_key });
    }
  }
  return stored;
}

export async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
