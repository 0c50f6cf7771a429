import type { LanguageModelV4Message, LanguageModelV4TextPart } from '@ai-sdk/provider';
import { unsupported } from './errors.ts';

/** A conversation as it is brought along, and the question in it. */
export interface Conversation {
  readonly messages: readonly LanguageModelV4Message[];
  /** Of the user's last message: what is searched for. */
  readonly question: string;
}

export const toText = (text: string): LanguageModelV4TextPart => ({ type: 'text', text });

/** Arguments that are no JSON are an empty object, as a model's own are. */
function readArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

/** Puts a conversation together: knows the names of calls, and puts results that follow one another into one message. */
export class Writer {
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

  /** Throws `validation_failed` for a result that nothing has asked for. */
  result(id: string, value: string, at: string): void {
    const toolName = this.#names.get(id);
    if (toolName === undefined) throw unsupported(at, 'There is no such tool call before it.');
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

  /** The question is what the user said last, '' where he said nothing. Throws `validation_failed` where nothing is said at all. */
  done(at: string): Conversation {
    const last = this.messages.at(-1);
    if (last === undefined) throw unsupported(at, 'A request without a message is not supported.');
    const isText = (part: { readonly type: string }) => part.type === 'text';
    if (
      last.role === 'user' &&
      last.content.every((part) => isText(part) && 'text' in part && part.text.trim() === '')
    )
      throw unsupported(at, 'An empty last message is not supported.');
    const user = this.messages.findLast(({ role }) => role === 'user');
    const parts = user?.role === 'user' ? user.content : [];
    const question = parts
      .flatMap((part) => (part.type === 'text' ? [part.text] : []))
      .join('\n\n');
    return { messages: this.messages, question };
  }
}
