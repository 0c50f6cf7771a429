import type { Message, RunEvent, StreamEncoder, StreamProtocol } from '../../runs/index.ts';
import type { Failure } from '../../shared/failure.ts';
import { type ClientCall, clientCallsOf, JoinedText } from './answer.ts';
import type { ChatChunk, ChatDelta } from './chat-chunk.ts';
import type { CompletionUsage } from './chat-schema.ts';
import { annotationsOf, completionHeader, finishOf, usageOf } from './completion.ts';
import { envelopeOf, openAiErrors } from './errors.ts';
import { chatExtrasOf } from './extras.ts';

/** The options of a request that its chunks depend on. */
export interface ChatStreamOptions extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly include_usage: boolean;
  /** The origin of this server, `https://host`. */
  readonly origin: string;
  /** Names of the caller's own tools. Calls of the agent's tools are not shown. */
  readonly tools: readonly string[];
}

type Choice = ChatChunk['choices'][number];

/** Encodes the events of a run as chunks of a chat completion. */
class ChatEncoder implements StreamEncoder {
  readonly #options: ChatStreamOptions;
  readonly #joined = new JoinedText();
  readonly #calls = new Map<string, { readonly index: number; has_arguments: boolean }>();
  #header: ReturnType<typeof completionHeader> | null = null;
  #frame = 0;

  constructor(options: ChatStreamOptions) {
    this.#options = options;
  }

  frames(event: RunEvent): string[] {
    // A run without stored events has only the message, which contains the text.
    if (this.#header === null && event.type === 'text-delta') return [];
    switch (event.type) {
      case 'start':
        return this.#start(event.run_id, event.version.id);
      case 'start-step':
        this.#joined.beginPart();
        return [];
      case 'text-delta':
        return this.#writeText(this.#joined.push(event.delta));
      case 'tool-input-start':
        return this.#openCall(event.tool_call_id, event.tool_name);
      case 'tool-input-delta':
        return this.#addArguments(event.tool_call_id, event.delta);
      case 'tool-input-available':
        return this.#completeCall({
          id: event.tool_call_id,
          name: event.tool_name,
          arguments: JSON.stringify(event.input ?? {}),
        });
      case 'finish':
        return this.#finish(event.message);
      case 'error':
        return [this.#write(envelopeOf(event.code, event.detail, event.run.id))];
      default:
        return [];
    }
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  refuse(failure: Failure): string {
    return this.#write(openAiErrors.bodyOf(failure, '')) + this.end();
  }

  #start(run_id: string, version_id: string): string[] {
    this.#header = completionHeader(run_id, this.#options.model, version_id);
    return [this.#delta({ role: 'assistant', content: '', refusal: null })];
  }

  #writeText(content: string): string[] {
    return content === '' ? [] : [this.#delta({ content })];
  }

  #openCall(id: string, name: string): string[] {
    if (!this.#options.tools.includes(name) || this.#calls.has(id)) return [];
    const index = this.#calls.size;
    this.#calls.set(id, { index, has_arguments: false });
    return [
      this.#delta({
        tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
      }),
    ];
  }

  #addArguments(id: string, text: string): string[] {
    const call = this.#calls.get(id);
    if (call === undefined || text === '') return [];
    call.has_arguments = true;
    return [this.#delta({ tool_calls: [{ index: call.index, function: { arguments: text } }] })];
  }

  /** Writes a complete call. Some providers do not stream arguments. */
  #completeCall({ id, name, arguments: text }: ClientCall): string[] {
    const opened = this.#openCall(id, name);
    return this.#calls.get(id)?.has_arguments === true
      ? opened
      : [...opened, ...this.#addArguments(id, text)];
  }

  #finish(message: Message): string[] {
    const { run, run_id, text } = message;
    const startFrames =
      this.#header === null ? this.#start(run_id ?? '', run?.version_id ?? '') : [];
    const rest = this.#joined.end() + (this.#joined.text === '' ? text : '');
    const annotations = annotationsOf(message, this.#options.origin);
    return [
      ...startFrames,
      ...this.#writeText(rest),
      ...clientCallsOf(message).flatMap((call) => this.#completeCall(call)),
      ...(annotations.length === 0 ? [] : [this.#delta({ annotations })]),
      this.#delta(
        {},
        finishOf(message),
        run === null ? {} : { agentgrid: chatExtrasOf(message, run) },
      ),
      ...(this.#options.include_usage ? [this.#chunk([], usageOf(message))] : []),
    ];
  }

  #delta(
    delta: ChatDelta,
    finish_reason: Choice['finish_reason'] = null,
    more: Pick<ChatChunk, 'agentgrid'> = {},
  ): string {
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason }], null, more);
  }

  #chunk(
    choices: Choice[],
    usage: CompletionUsage | null,
    more: Pick<ChatChunk, 'agentgrid'> = {},
  ): string {
    if (this.#header === null) throw new Error('a chunk was written before the run started');
    const chunk: ChatChunk = {
      ...this.#header,
      ...more,
      object: 'chat.completion.chunk',
      choices,
      ...(this.#options.include_usage ? { usage } : {}),
    };
    return this.#write(chunk);
  }

  #write(data: object): string {
    this.#frame += 1;
    return `id: ${this.#frame}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}

export const chatStream: StreamProtocol = {
  name: 'openai.chat',
  make: (options) => new ChatEncoder(options as ChatStreamOptions),
};
