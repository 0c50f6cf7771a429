import type { ChannelFile } from '../../db/schema/channels.ts';
import type { Ctx } from '../../platform/context.ts';
import { storeRequestFile } from '../../sessions/index.ts';
import { noticesIn } from '../../shared/chat-texts/languages.ts';
import { Failure } from '../../shared/failure.ts';
import type { OpenChannel } from '../adapter.ts';
import { adapters } from '../adapters/registry.ts';
import { SendError } from '../call-api.ts';
import type { UnreadFile } from '../outgoing/notices.ts';
import type { ChannelRow, MessageRow } from '../store.ts';
import { chunksOf } from './accept.ts';

export type RequestFiles = readonly StoredFile[];
type StoredFile = Awaited<ReturnType<typeof storeRequestFile>>;

/**
 * Stores the files of a message for its run, and names those that cannot be read. A file whose download fails is
 * requested once more, by the next attempt at the message.
 */
export async function readFiles(
  ctx: Ctx,
  kind: ChannelRow['kind'],
  open: OpenChannel,
  { files, error: earlier }: MessageRow,
): Promise<{ readonly files: RequestFiles; readonly unread: readonly UnreadFile[] }> {
  const stored: StoredFile[] = [];
  const unread: UnreadFile[] = [];
  for (const file of files) {
    const { name, media_type, refused } = file;
    if (refused !== undefined) {
      unread.push({ name, fault: refused });
      continue;
    }
    try {
      const bytes = await contentOf(ctx, kind, open, file);
      stored.push(await storeRequestFile(ctx, { name, media_type, body: chunksOf(bytes) }));
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null || (fault === 'download' && mayPass(error) && earlier === null))
        throw error;
      unread.push({ name, fault });
    }
  }
  return { files: stored, unread };
}

async function contentOf(
  ctx: Ctx,
  kind: ChannelRow['kind'],
  open: OpenChannel,
  { ref, object_key }: ChannelFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const { read } = adapters[kind];
  if (object_key === undefined) {
    // Slack does not give the content of some files of other organisations.
    if (ref === null || read === undefined)
      throw new SendError('The file has no content.', { is_lasting: true });
    return read(ctx, open, ref);
  }
  const object = await ctx.files.get(object_key);
  if (object === null) throw new SendError('The file is gone.', { is_lasting: true });
  return new Uint8Array(await new Response(object.body).arrayBuffer());
}

const mayPass = (error: unknown): boolean => !(error instanceof SendError && error.is_lasting);

/** Null for a fault of the platform. */
function faultOf(error: unknown): UnreadFile['fault'] | null {
  if (error instanceof SendError) return error.is_too_large ? 'too_large' : 'download';
  if (!(error instanceof Failure) || error.status >= 500) return null;
  if (error.code === 'too_large') return 'too_large';
  return error.code === 'unsupported_media_type' ? 'type' : 'unreadable';
}

/** The text of a message for the agent, with the files that it cannot read. */
export const withUnread = (text: string, unread: readonly UnreadFile[]): string =>
  [text, ...unread.map(({ name, fault }) => `[${name}: ${noticesIn.en[`file_${fault}`]}]`)]
    .filter(Boolean)
    .join('\n\n');
