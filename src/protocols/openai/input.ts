import type { LanguageModelV4Message, LanguageModelV4TextPart } from '@ai-sdk/provider';
import { unsupported } from './errors.ts';

/** The conversation of a request as prompt messages. */
export interface Conversation {
  readonly messages: readonly LanguageModelV4Message[];
  /** Text of the user's last message, used for retrieval; empty without such a message. */
  readonly question: string;
}

export const toText = (text: string): LanguageModelV4TextPart => ({ type: 'text', text });

/** Parses the JSON arguments of a tool call. Invalid JSON becomes an empty object. */
function readArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

/** Builds a conversation. Resolves the tool names of results and merges consecutive results into one message. */
export class ConversationBuilder {
  readonly messages: LanguageModelV4Message[] = [];
  readonly #names: Map<string, string>;

  constructor(earlier: readonly { readonly id: string; readonly name: string }[] = []) {
    this.#names = new Map(earlier.map(({ id, name }) => [id, name]));
  }

  add(message: LanguageModelV4Message): void {
    this.messages.push(message);
  }

  call(id: string, name: string, text: string): void {
    this.#names.set(id, name);
    const part = {
      type: 'tool-call' as const,
      toolCallId: id,
      toolName: name,
      input: readArguments(text),
    };
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') last.content.push(part);
    else this.messages.push({ role: 'assistant', content: [part] });
  }

  /** Adds the result of a tool call. Throws `validation_failed` when no earlier call has this id. */
  result(id: string, value: string, at: string): void {
    const toolName = this.#names.get(id);
    if (toolName === undefined) throw unsupported(at, `No earlier tool call has the id ${id}.`);
    const part = {
      type: 'tool-result' as const,
      toolCallId: id,
      toolName,
      output: { type: 'text' as const, value },
    };
    const last = this.messages.at(-1);
    if (last?.role === 'tool') last.content.push(part);
    else this.messages.push({ role: 'tool', content: [part] });
  }

  /** Returns the conversation. Throws `validation_failed` when it has no message or its last message is empty. */
  done(at: string): Conversation {
    const last = this.messages.at(-1);
    if (last === undefined)
      throw unsupported(
        at,
        'At least one message is required; an empty conversation is not supported.',
      );
    const isText = (part: { readonly type: string }) => part.type === 'text';
    if (
      last.role === 'user' &&
      last.content.every((part) => isText(part) && 'text' in part && part.text.trim() === '')
    )
      throw unsupported(
        at,
        'The last message must not be empty; an empty message is not supported.',
      );
    const user = this.messages.findLast(({ role }) => role === 'user');
    const parts = user?.role === 'user' ? user.content : [];
    const question = parts
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n\n');
    return { messages: this.messages, question };
  }
}
