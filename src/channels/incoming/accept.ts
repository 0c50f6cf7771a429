import type { ChannelFile } from '../../db/schema/channels.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { languageOf } from '../../shared/chat-texts/languages.ts';
import type { InboundMessage } from '../adapter.ts';
import { maxFileBytes } from '../call-api.ts';
import { type ChannelRow, updateChannel } from '../store.ts';
import { endUserIdOf } from './end-user-id.ts';
import { deleteCleanup, insertCleanup } from './file-store.ts';
import {
  continueThread,
  insertMessage,
  selectKnown,
  selectMessage,
  upsertThread,
} from './store.ts';

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
    language: languageOf(message.language),
    ...{ last_message_at: now, created_at: now },
  };
  const { files, keys } = planFiles(workspace_id, id, message);
  // A message that was delivered before must not leave its files a second time.
  if (keys.length > 0 && (await selectKnown(db, channel_id, external_id).get()) !== undefined)
    return;
  await storeFiles(ctx, id, message, keys);
  const row = {
    ...{ id, workspace_id, channel_id, external_id, position },
    ...{ text: text.slice(0, maxChars), files, status: 'received' as const, lease_until: 0 },
    ...{ run_id: ctx.newId('run'), error: null, created_at: now },
  };
  const [, , , [inserted]] = await commit(ctx, {
    statements: [
      message.only_continues === true ? continueThread(db, thread) : upsertThread(db, thread),
      insertMessage(db, row, thread_key),
      updateChannel(db, workspace_id, channel_id, { last_event_at: now }),
      selectMessage(db, workspace_id, id),
      keys.length === 0 ? null : deleteCleanup(db, id),
    ],
    jobs: [{ type: 'channel.receive', message_id: id }],
  });
  if (inserted === undefined && keys.length > 0) await ctx.files.remove(keys);
}

/** The object that holds a file until its message is part of a session. */
const objectKey = (workspace_id: string, message_id: string, index: number): string =>
  `${workspace_id}/channels/${message_id}/${index}`;

/** Returns the files as the message lists them, and the keys of those whose content is to be stored. */
function planFiles(workspace_id: string, id: string, { files }: InboundMessage) {
  const planned = files.map(({ content, name, media_type, ref, refused }, index): ChannelFile => {
    const file = { name, media_type, ref };
    if (refused !== undefined) return { ...file, refused };
    if (content === undefined) return file;
    return content.byteLength > maxFileBytes
      ? { ...file, refused: 'too_large' }
      : { ...file, object_key: objectKey(workspace_id, id, index) };
  });
  return { files: planned, keys: planned.flatMap(({ object_key }) => object_key ?? []) };
}

/** Stores the content of files. Their removal is scheduled before, and cancelled by the message that refers to them. */
async function storeFiles(
  ctx: Ctx,
  id: string,
  { files }: InboundMessage,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await insertCleanup(ctx.db, ctx.workspace_id, id, keys, ctx.now()).run();
  for (const [index, { content, media_type }] of files.entries()) {
    const key = objectKey(ctx.workspace_id, id, index);
    if (content !== undefined && keys.includes(key))
      await ctx.files.put(key, chunksOf(content), { media_type, limit: maxFileBytes });
  }
}

export async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
