import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { withPairedCalls } from './paired-calls.ts';

type UserMessage = Extract<LanguageModelV4Message, { role: 'user' }>;

/** A conversation with what was found put into the user's last message, beside its pictures. */
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
 * A conversation as providers take it: what stands in the system role comes first and in one, no tool call
 * is without its result or the other way round, and nothing is empty, which some refuse.
 */
export function tidied(conversation: readonly LanguageModelV4Message[]): LanguageModelV4Message[] {
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

/** Of an answer that said nothing, or was erased. */
function withoutEmptyText(message: LanguageModelV4Message): LanguageModelV4Message[] {
  if (message.role !== 'user' && message.role !== 'assistant') return [message];
  const content = message.content.filter((part) => part.type !== 'text' || part.text !== '');
  return content.length === 0 ? [] : [{ ...message, content } as LanguageModelV4Message];
}
