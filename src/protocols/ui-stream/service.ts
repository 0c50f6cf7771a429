import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { withClientTools } from '../../runs/index.ts';
import {
  authorizeSession,
  headOf,
  type MessageRow,
  selectMessage,
  selectNewestQuestion,
  selectPath,
  selectSession,
  type TurnInput,
} from '../../sessions/index.ts';
import { invalid, notFound } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import { type ChatRequest, UiMessage } from './schema.ts';

/**
 * A request of the AI SDK's chat transport as the start of a run. Throws `validation_failed` for a
 * message without text, `not_found` for a message that the session does not have.
 */
export async function toTurnInput(
  ctx: Ctx,
  { id, messages, trigger, messageId, on_busy, version, attachments, tools }: ChatRequest,
): Promise<TurnInput> {
  const common = {
    ...{ version, on_busy },
    ...(attachments === undefined ? {} : { attachments }),
    ...withClientTools(tools),
  };
  if (trigger === 'regenerate-message' && attachments !== undefined)
    throw invalid('/attachments', 'An answer that is made anew has the files of its question.');
  if (trigger === 'regenerate-message')
    return {
      ...common,
      text: null,
      parent_id: await questionOf(ctx, id, messageId ?? null, idBefore(messages)),
    };
  const { data: last } = UiMessage.safeParse(messages.at(-1));
  if (last?.role !== 'user')
    throw invalid('/messages', 'The last message must be the user’s, with `role` and `parts`.');
  if (last.parts.some(({ type }) => type === 'file')) {
    throw invalid(
      '/messages',
      'Files are uploaded as attachments of the session and named in `attachments`.',
    );
  }
  const text = last.parts
    .flatMap((part) => (part.type === 'text' && part.text !== undefined ? [part.text] : []))
    .join('\n\n')
    .trim();
  if (text === '') throw invalid('/messages', 'The last message has no text.');
  if (messageId == null) return { ...common, text };
  if (isId('msg', messageId))
    return { ...common, text, parent_id: (await findMessage(ctx, id, messageId)).parent_id };
  // The client makes up ids of its own for what its user says: what is edited follows the answer before it, which has one of ours.
  const before = idBefore(messages);
  if (before === undefined)
    throw invalid(
      '/messageId',
      'Is no message of the session, and neither is the one before it in `messages`.',
    );
  return {
    ...common,
    text,
    parent_id: before === null ? null : (await findMessage(ctx, id, before)).id,
  };
}

/** The id of the message before the last; null when there is none, undefined when the client made the id. */
function idBefore(messages: ChatRequest['messages']): string | null | undefined {
  const before = messages.at(-2);
  if (before === undefined) return null;
  return typeof before.id === 'string' && isId('msg', before.id) ? before.id : undefined;
}

/** Returns the active run of a session, for a client that reconnects; null for none. */
export async function findActiveRun(ctx: Ctx, session_id: string): Promise<string | null> {
  const { active_run_id, active_run_until } = authorizeSession(
    ctx,
    await selectSession(ctx.db, ctx.workspace_id, session_id).all(),
  );
  return active_run_until > ctx.now() ? active_run_id : null;
}

/**
 * The user's message that an answer, or else the newest answer, belongs to. One that only the client has an id for is
 * the newest that follows `before`.
 */
async function questionOf(
  ctx: Ctx,
  session_id: string,
  message_id: string | null,
  before: string | null | undefined,
): Promise<string> {
  if (message_id !== null && !isId('msg', message_id)) {
    if (before === undefined) throw notFound('message');
    const [sessions, [question]] = await batch(ctx.db, [
      selectSession(ctx.db, ctx.workspace_id, session_id),
      selectNewestQuestion(ctx.db, ctx.workspace_id, session_id, before),
    ]);
    authorizeSession(ctx, sessions);
    if (question === undefined) throw notFound('message');
    return question.id;
  }
  if (message_id !== null) {
    const message = await findMessage(ctx, session_id, message_id);
    return message.role === 'user' ? message.id : (message.parent_id ?? message.id);
  }
  const [sessions, path] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectPath(ctx.db, ctx.workspace_id, session_id, headOf(ctx.workspace_id, session_id), 2),
  ]);
  authorizeSession(ctx, sessions);
  const question = path.find(({ role }) => role === 'user');
  if (question === undefined) throw invalid('/trigger', 'The session has no message to answer.');
  return question.id;
}

async function findMessage(ctx: Ctx, session_id: string, id: string): Promise<MessageRow> {
  if (!isId('msg', id)) throw notFound('message');
  const [sessions, messages] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectMessage(ctx.db, ctx.workspace_id, id),
  ]);
  authorizeSession(ctx, sessions);
  const [message] = messages;
  if (message?.session_id !== session_id) throw notFound('message');
  return message;
}
