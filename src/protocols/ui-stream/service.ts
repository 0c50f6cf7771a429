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
 * Converts a request of the AI SDK's chat transport to the input of a turn. Throws `validation_failed` for a
 * message without text, and `not_found` for a message that does not exist in the session.
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
    throw invalid(
      '/attachments',
      'Attachments are not allowed with `regenerate-message`: the files of the question are used.',
    );
  if (trigger === 'regenerate-message')
    return {
      ...common,
      text: null,
      parent_id: await questionOf(ctx, id, messageId ?? null, idBefore(messages)),
    };
  const { data: last } = UiMessage.safeParse(messages.at(-1));
  if (last?.role !== 'user')
    throw invalid('/messages', 'The last message must have `role: user` and `parts`.');
  if (last.parts.some(({ type }) => type === 'file')) {
    throw invalid(
      '/messages',
      'File parts are not supported. Upload files as attachments of the session and send their ids in `attachments`.',
    );
  }
  const text = last.parts
    .flatMap((part) => (part.type === 'text' && part.text !== undefined ? [part.text] : []))
    .join('\n\n')
    .trim();
  if (text === '') throw invalid('/messages', 'The last message must contain text.');
  if (messageId == null) return { ...common, text };
  if (isId('msg', messageId))
    return { ...common, text, parent_id: (await findMessage(ctx, id, messageId)).parent_id };
  // The client generates the ids of the user's messages. The edited message follows the answer before it, whose id is known.
  const before = idBefore(messages);
  if (before === undefined)
    throw invalid(
      '/messageId',
      'Neither this message nor the message before it in `messages` exists in the session.',
    );
  return {
    ...common,
    text,
    parent_id: before === null ? null : (await findMessage(ctx, id, before)).id,
  };
}

/**
 * Returns the id of the message before the last; null when there is none, undefined when the client
 * generated the id.
 */
function idBefore(messages: ChatRequest['messages']): string | null | undefined {
  const before = messages.at(-2);
  if (before === undefined) return null;
  return typeof before.id === 'string' && isId('msg', before.id) ? before.id : undefined;
}

/** Returns the id of the active run of a session; null for none. Throws `not_found`. */
export async function findActiveRun(ctx: Ctx, session_id: string): Promise<string | null> {
  const { active_run_id, active_run_until } = authorizeSession(
    ctx,
    await selectSession(ctx.db, ctx.workspace_id, session_id).all(),
  );
  return active_run_until > ctx.now() ? active_run_id : null;
}

/**
 * Returns the id of the user's message that an answer, by default the newest, belongs to. For an id that the client
 * generated, it is the newest message that follows `before`. Throws `not_found`.
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
  if (question === undefined)
    throw invalid('/trigger', 'The session has no message to regenerate.');
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
