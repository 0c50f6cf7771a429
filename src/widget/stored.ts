import { newKey } from './new-key.ts';
import type { Attachment, Message } from './types.ts';

interface StoredMessage extends Omit<Message, 'status' | 'rating'> {
  readonly feedback?: readonly { readonly rating: string }[] | null;
}

/** A conversation as the server keeps it. */
export interface StoredSession {
  readonly id: string;
  readonly active_run_id: string | null;
  readonly handled_by: 'agent' | 'human';
  readonly welcome_message: string | null;
  readonly starter_questions: readonly string[];
  readonly can_hand_over: boolean;
  readonly messages?: { readonly data: readonly StoredMessage[] } | null;
}

/** What a visitor may know of a link. */
export interface Shared {
  readonly title: string;
  readonly access: 'public' | 'verified';
  readonly welcome_message: string | null;
  readonly starter_questions: readonly string[];
  readonly can_hand_over: boolean;
}

/** The messages of a conversation, oldest first. */
export const messagesOf = ({ messages }: StoredSession): Message[] =>
  (messages?.data ?? []).map(toMessage).reverse();

function toMessage({ feedback, ...message }: StoredMessage): Message {
  const rating = feedback?.[0]?.rating;
  return {
    ...message,
    citations: message.citations ?? [],
    attachments: message.attachments ?? [],
    author: message.author ?? null,
    status: 'done',
    rating: rating === 'up' || rating === 'down' ? rating : null,
  };
}

/** A question as it is shown until the server has stored it. */
export const questionOf = (text: string, attachments: readonly Attachment[]): Message => ({
  ...{ id: `local-${newKey()}`, role: 'user', text, citations: [], author: null },
  ...{ attachments, status: 'done', rating: null },
});

/** What applies to the beginning of a conversation, of a link or of a session. */
export const openingOf = ({
  welcome_message: welcome,
  starter_questions: starters,
  can_hand_over: canAskPerson,
}: Pick<StoredSession, 'welcome_message' | 'starter_questions' | 'can_hand_over'>) => ({
  welcome,
  starters,
  canAskPerson,
});
