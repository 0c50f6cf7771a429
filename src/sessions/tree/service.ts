import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { selectSessionOfMessage } from '../feedback/store.ts';
import { ownSession } from '../own-session.ts';
import { type Regenerate, type SendMessage, textOf } from '../send-schema.ts';
import { type MessageRow, type SessionRow, selectMessage } from '../store.ts';
import type { TurnInput } from '../turn/turn-input.ts';

/** A run that is to be started, and where. */
export interface Asked {
  readonly session_id: string;
  readonly input: TurnInput;
}

/** Answers a question once more: of an answer, the question it is to. The new answer is a sibling of those that are there. */
export async function regenerate(
  ctx: Ctx,
  message_id: string,
  { version, on_busy }: Regenerate,
): Promise<Asked> {
  const { session, message } = await findMessage(ctx, message_id);
  const parent_id = message.role === 'user' ? message.id : message.parent_id;
  if (parent_id === null) throw new Failure('conflict', 'The message answers no question.');
  return { session_id: session.id, input: { text: null, parent_id, version, on_busy } };
}

/** Asks a question in other words, from where it stood: what was said since stays, in a branch of its own. */
export async function edit(ctx: Ctx, message_id: string, asked: SendMessage): Promise<Asked> {
  const { session, message } = await findMessage(ctx, message_id);
  if (message.role !== 'user')
    throw new Failure(
      'conflict',
      'Only a message of the user can be edited; an answer can be regenerated.',
    );
  const { version, on_busy } = asked;
  const attachments =
    asked.attachments ??
    message.attachments.filter((file) => file.message_id === message.id).map(({ id }) => id);
  return {
    session_id: session.id,
    input: { text: textOf(asked), parent_id: message.parent_id, version, on_busy, attachments },
  };
}

/** Throws `not_found`, also for a message of a session that the caller may not know of. */
async function findMessage(
  ctx: Ctx,
  id: string,
): Promise<{ session: SessionRow; message: MessageRow }> {
  const [sessions, [message]] = await batch(ctx.db, [
    selectSessionOfMessage(ctx.db, ctx.workspace_id, id),
    selectMessage(ctx.db, ctx.workspace_id, id),
  ]);
  const session = ownSession(ctx, sessions, 'message');
  if (message === undefined) throw notFound('message');
  if (session.kind === 'one_shot')
    throw new Failure(
      'conflict',
      'The run of this message has no session to go on in; start another.',
    );
  return { session, message };
}
