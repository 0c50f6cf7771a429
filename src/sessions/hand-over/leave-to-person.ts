import { isGuardViolation } from '../../db/errors.ts';
import { noteQuestion } from '../../hand-overs/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import { leftToPerson, type Message, toMessage } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { carriedBy, markUsed, takeAttachments } from '../attachments/send.ts';
import { indexMessages } from '../search/index-store.ts';
import { StaleSessionError } from '../turn/commit-start.ts';
import type { SessionState } from '../turn/session-state.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { appendMessage } from './messages-store.ts';

/**
 * Stores the message of a turn for the person who handles the session, and returns the failure with which the turn
 * ends. Throws `StaleSessionError` when the session is not as it is cached.
 */
export async function leaveToPerson(
  ctx: Ctx,
  { session, path }: SessionState,
  input: TurnInput,
): Promise<Failure> {
  const { text, parent_id = session.head_id } = input;
  if (text === null || text.trim() === '' || parent_id !== session.head_id)
    return new Failure(
      'session_handed_over',
      'A person handles this session: only new messages can be sent until it is handed back.',
      { headers: { 'x-should-retry': 'false' } },
    );
  const { db, workspace_id } = ctx;
  const id = ctx.newId('msg');
  const now = ctx.now();
  const before = path.findLast(({ role }) => role === 'user')?.attachments ?? [];
  const attachments = carriedBy(before, await takeAttachments(ctx, session, id, input));
  const message = {
    ...{ id, workspace_id, session_id: session.id, role: 'user' as const, text, attachments },
    ...{ author: null, created_at: now },
  };
  const own = markUsed(ctx, { id, attachments });
  // The reply to a repeated request; its place follows from the cached session, which the statement checks.
  const row = {
    ...message,
    seq: session.message_seq + 1,
    parent_id: session.head_id,
    depth: (path.at(-1)?.depth ?? 0) + 1,
    ...{ citations: [], prompt: null, run_id: id },
  };
  const reply = toMessage(row, undefined);
  try {
    await commit(ctx, {
      statements: [
        ...own,
        ...appendMessage(db, message),
        ...indexMessages(db, [message]),
        noteQuestion(db, workspace_id, session.id, now),
      ],
      reply,
    });
    return leftToPerson(reply, false);
  } catch (error) {
    if (error instanceof IdempotentReplay) return leftToPerson(error.reply as Message, true);
    if (isGuardViolation(error, 'messages.seq')) throw new StaleSessionError();
    if (isGuardViolation(error, 'messages.attachments'))
      throw invalid('/attachments', 'An attachment was deleted concurrently.');
    throw error;
  }
}
