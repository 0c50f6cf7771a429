import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { withPairedCalls } from './paired-calls.ts';

type UserMessage = Extract<LanguageModelV4Message, { role: 'user' }>;

/**
 * Rewrites the last message of the user, keeping its images: retrieved passages are inserted there.
 */
export function atQuestion(
  conversation: readonly LanguageModelV4Message[],
  write: (text: string) => LanguageModelV4Message,
): LanguageModelV4Message[] {
  const last = conversation.findLastIndex(({ role }) => role === 'user');
  return conversation.map((message, index) =>
    index === last && message.role === 'user' ? rewritten(message, write) : message,
  );
}

function rewritten(
  message: UserMessage,
  write: (text: string) => LanguageModelV4Message,
): LanguageModelV4Message {
  const texts = message.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const files = message.content.filter(({ type }) => type !== 'text');
  const written = write(texts.join('\n\n'));
  return written.role === 'user'
    ? { ...message, content: [...files, ...written.content] }
    : message;
}

/**
 * Normalizes a conversation for providers: one system message, which comes first, no tool call
 * without its result, no result without its call, and no empty message.
 */
export function normalized(
  conversation: readonly LanguageModelV4Message[],
): LanguageModelV4Message[] {
  const system = conversation.flatMap((message) =>
    message.role === 'system' && message.content !== '' ? [message.content] : [],
  );
  const rest = withPairedCalls(conversation.filter(({ role }) => role !== 'system')).flatMap(
    withoutEmptyText,
  );
  return [
    ...(system.length === 0 ? [] : [{ role: 'system' as const, content: system.join('\n\n') }]),
    ...rest,
  ];
}

/** Removes empty text parts, which an answer without text or an erased one leaves. */
function withoutEmptyText(message: LanguageModelV4Message): LanguageModelV4Message[] {
  if (message.role !== 'user' && message.role !== 'assistant') return [message];
  const content = message.content.filter((part) => part.type !== 'text' || part.text !== '');
  return content.length === 0 ? [] : [{ ...message, content } as LanguageModelV4Message];
}
