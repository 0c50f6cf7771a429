import { IdempotentReplay } from '../platform/idempotency.ts';
import { Failure } from '../shared/failure.ts';
import type { Message } from './schema/message.ts';

/**
 * The outcome of a message to a session that a person handles: it is stored, and no run answers it. Travels from the
 * host as a failure, which clients that cannot show it as anything else receive; they must not send the message again.
 */
export const leftToPerson = (stored_message: Message, is_replayed: boolean): Failure =>
  new Failure(
    'session_handed_over',
    'A person handles this session. The message was stored for them, and the agent does not answer it: do not send it again.',
    { headers: { 'x-should-retry': 'false' }, extra: { stored_message, is_replayed } },
  );

/** Returns the message that was stored for a person; null for any other error. Throws `IdempotentReplay` for a repeated request. */
export function storedForPerson(error: unknown): Message | null {
  if (!(error instanceof Failure) || error.code !== 'session_handed_over') return null;
  const { stored_message, is_replayed } = error.options.extra ?? {};
  if (stored_message === undefined) return null;
  if (is_replayed === true) throw new IdempotentReplay(stored_message);
  return stored_message as Message;
}
