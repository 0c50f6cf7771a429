import { actAsKey } from '../../identity/index.ts';
import type { Ctx, EndUserActor } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import {
  attachToRun,
  isOpen,
  prepareOneOff,
  type RunRequest,
  type RunStream,
  readResult,
  runAsStream,
  selectRun,
  storedForPerson,
} from '../../runs/index.ts';
import {
  inNewSession,
  selectSession,
  storeRequestFile,
  turnRequest,
} from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { day } from '../../shared/time.ts';
import type { OpenChannel } from '../adapter.ts';
import { adapters } from '../adapters/registry.ts';
import { SendError } from '../call-api.ts';
import { Draft } from '../outgoing/draft.ts';
import { type ChannelRow, type MessageRow, moveThread, type ThreadRow } from '../store.ts';
import { chunksOf } from './accept.ts';
import { channelStream, readAnswer } from './run-stream.ts';

const stream = { protocol: channelStream };

/** Has a message answered by its agent: `left` to the person who handles the session, or by a run that `ended` or `waits`. */
export async function answerMessage(
  given: Ctx,
  { row: channel, channel: open }: { readonly row: ChannelRow; readonly channel: OpenChannel },
  thread: ThreadRow,
  message: MessageRow,
): Promise<'left' | 'ended' | 'waits'> {
  const key = await actAsKey(given, channel.api_key_id);
  if (key === null)
    throw new Failure(
      'forbidden',
      'The API key of the channel is revoked or expired, or may no longer run agents.',
    );
  const ctx = { ...asWriter(key, channel, thread), idempotency: keyOf(message) };
  const draft = new Draft(given, adapters[channel.kind], open, thread, message.run_id);
  try {
    const started = await findRun(ctx, message);
    if (started === 'ended') return 'ended';
    const run =
      started ??
      (await runAsStream(ctx, await requestOf(ctx, channel, open, thread, message), stream));
    const answer = await readAnswer(run, (text) => draft.show(text));
    return answer.run?.status === 'requires_action' ? 'waits' : 'ended';
  } catch (error) {
    if (isLeft(error)) return 'left';
    throw error;
  } finally {
    await draft.end();
  }
}

/** Whoever writes is an end user: only files without groups are read for them, whatever the key may read (R85). */
function asWriter(ctx: Ctx, { api_key_id, agent_id }: ChannelRow, thread: ThreadRow): Ctx {
  const actor: EndUserActor = {
    ...{ type: 'end_user', id: thread.end_user_id, api_key_id, agent_ids: [agent_id], groups: [] },
    ...{ versions: 'active', issued_at: ctx.now(), expires_at: ctx.now() + day },
    limits: { id: '', requests_per_minute: null, budget: null },
  };
  return { ...ctx, actor, groups: actor.groups };
}

function isLeft(error: unknown): boolean {
  try {
    return storedForPerson(error) !== null || error instanceof IdempotentReplay;
  } catch (replay) {
    return replay instanceof IdempotentReplay;
  }
}

/** The message is answered once, however often its job is repeated. */
const keyOf = ({ id }: MessageRow): NonNullable<Ctx['idempotency']> => ({
  key: id,
  key_hash: `channel:${id}`,
  unscoped_hash: `channel:${id}`,
  path: 'channel',
  fingerprint: id,
});

/** Returns the run that an earlier attempt has started; null for none. Throws its failure. */
async function findRun(ctx: Ctx, { run_id }: MessageRow): Promise<RunStream | 'ended' | null> {
  const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
  if (run === undefined) return null;
  if (isOpen(run)) return attachToRun(ctx, run_id, stream, 0);
  const { answer, terminal } = await readResult(ctx, run_id);
  if (answer === null && terminal?.type === 'error')
    throw new Failure(terminal.code, terminal.detail);
  return 'ended';
}

async function requestOf(
  ctx: Ctx,
  { agent_id, kind }: ChannelRow,
  open: OpenChannel,
  thread: ThreadRow,
  message: MessageRow,
): Promise<RunRequest> {
  const { db, workspace_id } = ctx;
  const { files, unread } = await storeFiles(ctx, kind, open, message);
  const text = [message.text, ...unread].filter(Boolean).join('\n\n') || namesOf(message);
  const { run_id } = message;
  const rest = { run_id, request_files: files, on_busy: 'queue' as const };
  const session = await selectSession(db, workspace_id, thread.session_id).get();
  const isUsable =
    session !== undefined &&
    session.archived_at === null &&
    (session.expires_at === null || session.expires_at > ctx.now());
  if (isUsable) return turnRequest(ctx, session.id, { text, version: null, ...rest });
  // The session of an archived conversation stays as it is.
  const id = session === undefined ? thread.session_id : ctx.newId('ses');
  if (id !== thread.session_id) await moveThread(db, thread, id).run();
  const about = { message: text, inputs: {}, version: null, metadata: {} };
  const prepared = await prepareOneOff(ctx, agent_id, {
    ...about,
    end_user_id: thread.end_user_id,
  });
  return inNewSession(ctx, prepared, rest, { id });
}

const namesOf = ({ files }: MessageRow): string =>
  files.map(({ name }) => name).join(', ') || '(empty message)';

/** Stores the files of a message, each of them or a note that it cannot be read. */
async function storeFiles(
  ctx: Ctx,
  kind: ChannelRow['kind'],
  open: OpenChannel,
  message: MessageRow,
) {
  const files: Awaited<ReturnType<typeof storeRequestFile>>[] = [];
  const unread: string[] = [];
  for (const { name, media_type, ref, object_key } of message.files) {
    try {
      const bytes =
        object_key === undefined
          ? await adapters[kind].read?.(ctx, open, ref ?? '')
          : await readObject(ctx, object_key);
      if (bytes === undefined) continue;
      files.push(await storeRequestFile(ctx, { name, media_type, body: chunksOf(bytes) }));
    } catch (error) {
      const isLasting = error instanceof SendError ? error.is_lasting : isRefused(error);
      if (!isLasting) throw error;
      unread.push(`[${name}: ${(error as Error).message}]`);
    }
  }
  return { files, unread };
}

const isRefused = (error: unknown): boolean => error instanceof Failure && error.status < 500;

async function readObject(ctx: Ctx, key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const object = await ctx.files.get(key);
  return object === null
    ? undefined
    : new Uint8Array(await new Response(object.body).arrayBuffer());
}
