import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  authorizeOwned,
  type RunRequest,
  selectContentOfMessage,
  selectRunOfContent,
  textOf,
  withClientTools,
} from '../../runs/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { authorizeSession } from '../authorize-session.ts';
import { selectSessionOfMessage } from '../feedback/store.ts';
import type { Regenerate, SendMessage } from '../send-schema.ts';
import { type MessageRow, selectMessage } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import { turnRequest } from '../turn/turn-input.ts';

/**
 * Generates another answer to a question, or to the question of an answer. The new answer is a
 * sibling of the existing ones.
 */
export async function regenerate(
  ctx: Ctx,
  message_id: string,
  { version, on_busy, tools }: Regenerate,
): Promise<RunRequest> {
  const { session, message } = await findMessage(ctx, message_id);
  const parent_id = message.role === 'user' ? message.id : message.parent_id;
  if (parent_id === null)
    throw new Failure('conflict', 'This message is not a reply and cannot be regenerated.');
  const input = { text: null, parent_id, version, on_busy, ...withClientTools(tools) };
  return turnRequest(ctx, session.id, input);
}

/** Adds an edited question as a sibling of the original, which stays with its branch. */
export async function edit(ctx: Ctx, message_id: string, body: SendMessage): Promise<RunRequest> {
  const { session, message } = await findMessage(ctx, message_id);
  if (message.role !== 'user')
    throw new Failure(
      'conflict',
      'Only a message of the user can be edited. Regenerate an answer instead.',
    );
  const { version, on_busy, tools } = body;
  const attachments =
    body.attachments ??
    message.attachments.filter((file) => file.message_id === message.id).map(({ id }) => id);
  const { parent_id } = message;
  const input = {
    ...{ text: textOf(body), parent_id, version, on_busy, attachments },
    ...withClientTools(tools),
  };
  return turnRequest(ctx, session.id, input);
}

/** Throws `not_found` for a message that the caller may not see, and `conflict` for one of a one-off run. */
async function findMessage(
  ctx: Ctx,
  id: string,
): Promise<{ session: SessionRow; message: MessageRow }> {
  const [sessions, [message], [oneOff], [content]] = await batch(ctx.db, [
    selectSessionOfMessage(ctx.db, ctx.workspace_id, id),
    selectMessage(ctx.db, ctx.workspace_id, id),
    selectRunOfContent(ctx.db, ctx.workspace_id, id),
    selectContentOfMessage(ctx.db, ctx.workspace_id, id),
  ]);
  if (oneOff !== undefined && content !== undefined) {
    authorizeOwned(ctx, { ...oneOff, end_user_id: content.end_user_id }, 'message');
    throw new Failure(
      'conflict',
      'This message belongs to a run without a session. Start another run instead.',
    );
  }
  const session = authorizeSession(ctx, sessions, 'message');
  if (message === undefined) throw notFound('message');
  return { session, message };
}
