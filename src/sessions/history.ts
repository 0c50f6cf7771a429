import { estimateTokens } from '../shared/tokens.ts';

export interface HistoryMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** Tokens a message costs besides its text: role and separators. */
const perMessage = 4;

/**
 * The newest messages that fit into `budget` estimated tokens, oldest first. It begins with a user's
 * message, as providers ask; a message goes in whole or not at all.
 */
export function windowOf(messages: readonly HistoryMessage[], budget: number): HistoryMessage[] {
  let left = budget;
  let first = messages.length;
  while (first > 0) {
    left -= estimateTokens(messages[first - 1]?.text ?? '') + perMessage;
    if (left < 0) break;
    first -= 1;
  }
  while (first < messages.length && messages[first]?.role !== 'user') first += 1;
  return messages.slice(first);
}
