import { actAsKey } from '../../identity/index.ts';
import type { Ctx, EndUserActor } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import {
  attachToRun,
  isOpen,
  prepareOneOff,
  type RunRequest,
  type RunStream,
  runAsStream,
  selectRun,
  storedForPerson,
} from '../../runs/index.ts';
import { inNewSession, type SessionRow, selectSession, turnRequest } from '../../sessions/index.ts';
import { noticesIn } from '../../shared/chat-texts/languages.ts';
import { Failure } from '../../shared/failure.ts';
import { day } from '../../shared/time.ts';
import type { OpenChannel } from '../adapter.ts';
import { adapters } from '../adapters/registry.ts';
import { Draft } from '../outgoing/draft.ts';
import { fileNotice, noticesFor, type UnreadFile } from '../outgoing/notices.ts';
import { type ChannelRow, type MessageRow, moveThread, type ThreadRow } from '../store.ts';
import { type RequestFiles, readFiles, withUnread } from './read-files.ts';
import { channelStream, readAnswer } from './run-stream.ts';
import { notify } from './settle.ts';

const stream = { protocol: channelStream };

export type Outcome =
  /** Left to the person who handles the session. */
  | { readonly type: 'left' }
  /** Answered by a run that has ended, or waits for an action of the type `required`. */
  | { readonly type: 'ended' }
  | { readonly type: 'waits'; readonly required: string | undefined }
  /** Nothing but files that cannot be read. */
  | { readonly type: 'unread'; readonly files: readonly UnreadFile[] };

/** Has a message answered by its agent. */
export async function answerMessage(
  given: Ctx,
  { row: channel, channel: open }: { readonly row: ChannelRow; readonly channel: OpenChannel },
  thread: ThreadRow,
  message: MessageRow,
): Promise<Outcome> {
  const key = await actAsKey(given, channel.api_key_id);
  if (key === null)
    throw new Failure(
      'forbidden',
      'The API key of the channel is revoked or expired, or may no longer run agents.',
    );
  const ctx = { ...asWriter(key, channel, thread), idempotency: keyOf(message) };
  const draft = new Draft(given, adapters[channel.kind], open, thread, message.run_id);
  try {
    const run = await findRun(ctx, message);
    if (run === 'ended') return { type: 'ended' };
    const started = run ?? (await startRun(given, ctx, { channel, open, thread, message }));
    return await readOutcome(started, draft);
  } catch (error) {
    if (error instanceof UnreadableMessage) return { type: 'unread', files: error.files };
    if (isLeft(error)) return { type: 'left' };
    throw error;
  } finally {
    await draft.end();
  }
}

async function readOutcome(run: RunStream, draft: Draft): Promise<Outcome> {
  const answer = await readAnswer(run, (text) => draft.show(text));
  if (answer.run?.status !== 'requires_action') return { type: 'ended' };
  return { type: 'waits', required: answer.run.required_actions?.[0]?.type };
}

/** A message that has no text, and no file that can be read. */
class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
  readonly files: readonly UnreadFile[];

  constructor(files: readonly UnreadFile[]) {
    super(fileNotice(noticesIn.en, files));
    this.files = files;
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

/** Returns the run that an earlier attempt has started; null for none. */
async function findRun(ctx: Ctx, { run_id }: MessageRow): Promise<RunStream | 'ended' | null> {
  const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
  if (run === undefined) return null;
  if (isOpen(run)) return attachToRun(ctx, run_id, stream, 0);
  return 'ended';
}

interface Received {
  readonly channel: ChannelRow;
  readonly open: OpenChannel;
  readonly thread: ThreadRow;
  readonly message: MessageRow;
}

/** Starts the run of a message, and tells its sender which of the files it goes without. */
async function startRun(
  given: Ctx,
  ctx: Ctx,
  { channel, open, thread, message }: Received,
): Promise<RunStream> {
  const { files, unread } = await readFiles(ctx, channel.kind, open, message);
  const session = await selectSession(ctx.db, ctx.workspace_id, thread.session_id).get();
  const isEmpty = message.text.trim() === '' && files.length === 0;
  if (isEmpty && session?.handled_by !== 'human') throw new UnreadableMessage(unread);
  if (unread.length > 0)
    await notify(given, thread, fileNotice(noticesFor(thread), unread), `files:${message.id}`);
  const text = withUnread(message.text, unread) || files.map(({ name }) => name).join(', ');
  const turn = { text, request_files: files, run_id: message.run_id };
  return runAsStream(ctx, await requestOf(ctx, channel.agent_id, thread, session, turn), stream);
}

async function requestOf(
  ctx: Ctx,
  agent_id: string,
  thread: ThreadRow,
  session: SessionRow | undefined,
  turn: { readonly text: string; readonly request_files: RequestFiles; readonly run_id: string },
): Promise<RunRequest> {
  const { text, ...fields } = turn;
  const rest = { ...fields, on_busy: 'queue' as const };
  const isUsable =
    session !== undefined &&
    session.archived_at === null &&
    (session.expires_at === null || session.expires_at > ctx.now());
  if (isUsable) return turnRequest(ctx, session.id, { text, version: null, ...rest });
  // The session of an archived conversation stays as it is.
  const id = session === undefined ? thread.session_id : ctx.newId('ses');
  if (id !== thread.session_id) await moveThread(ctx.db, thread, id).run();
  const about = { message: text, inputs: {}, version: null, metadata: {} };
  const prepared = await prepareOneOff(ctx, agent_id, {
    ...about,
    end_user_id: thread.end_user_id,
  });
  return inNewSession(ctx, prepared, rest, { id });
}
