import type { Message, RunEvent, StreamEncoder, StreamProtocol } from '../../runs/index.ts';
import type { Failure } from '../../shared/failure.ts';
import { clientCallsOf, JoinedText } from './answer.ts';
import { openAiErrors } from './errors.ts';
import { toMessageItemId } from './ids.ts';
import {
  failedResponse,
  finishedResponse,
  toOutputMessage,
  unfinishedResponse,
} from './response.ts';
import type { ResponseFrame as Frame } from './response-events.ts';
import type { OpenAiResponse, OutputMessage, ResponseEcho } from './response-object-schema.ts';
import { approvalsOf, PartCursor, textOfPart } from './response-part.ts';
import { StreamedCalls } from './streamed-calls.ts';

/** The options of a request that its events depend on. */
export interface ResponsesStreamOptions extends Readonly<Record<string, unknown>> {
  readonly echo: ResponseEcho;
  /** Names of the client tools. Calls of the agent's tools are not shown. */
  readonly tools: readonly string[];
  /** The part of the run that the response shows. */
  readonly part?: number;
}

/** Encodes the events of a run as events of a response. `sequence_number` starts at 0, SSE ids at 1. */
class ResponsesEncoder implements StreamEncoder {
  readonly #options: ResponsesStreamOptions;
  readonly #cursor: PartCursor;
  readonly #joined = new JoinedText();
  readonly #calls: StreamedCalls;
  #sequence = 0;
  #items = 0;
  #response: OpenAiResponse | null = null;
  #message_id = '';
  /** Index of the message in the output; null until it has text. */
  #message_index: number | null = null;

  constructor(options: ResponsesStreamOptions) {
    this.#options = options;
    this.#cursor = new PartCursor(options.part ?? 0);
    this.#calls = new StreamedCalls(options.tools, () => this.#nextIndex());
  }

  frames(event: RunEvent): string[] {
    if (!this.#cursor.admits(event)) return [];
    // A run without stored events has only the message, which contains the text.
    if (this.#response === null && event.type === 'text-delta') return [];
    return this.#framesOf(event).map((frame) => {
      const { type, ...rest } = frame;
      const data = { type, sequence_number: this.#sequence, ...rest };
      this.#sequence += 1;
      return `id: ${this.#sequence}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    });
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  refuse(failure: Failure): string {
    const { error } = openAiErrors.bodyOf(failure, '') as {
      error: { code: string; message: string; param: string | null };
    };
    const { code, message, param } = error;
    const data = {
      type: 'error',
      sequence_number: this.#sequence,
      code,
      message,
      param: param ?? null,
    };
    return `id: ${this.#sequence + 1}\nevent: error\ndata: ${JSON.stringify(data)}\n\n${this.end()}`;
  }

  #framesOf(event: RunEvent): Frame[] {
    switch (event.type) {
      case 'start':
      case 'resume':
        return this.#start(event.run_id, event.message_id);
      case 'start-step':
        this.#joined.beginPart();
        return [];
      case 'text-delta':
        return this.#writeText(this.#joined.push(event.delta));
      case 'tool-input-start':
        return this.#calls.open(event.tool_call_id, event.tool_name);
      case 'tool-input-delta':
        return this.#calls.addArguments(event.tool_call_id, event.delta);
      case 'tool-input-available':
        return this.#calls.complete(
          event.tool_call_id,
          event.tool_name,
          JSON.stringify(event.input ?? {}),
        );
      case 'requires-action':
      case 'finish':
        return this.#finish(event.message);
      case 'error':
        return this.#fail(event);
      default:
        return [];
    }
  }

  #start(run_id: string, message_id: string): Frame[] {
    const { part } = this.#cursor;
    this.#message_id = toMessageItemId(message_id, part.index);
    this.#calls.message_id = message_id;
    this.#response = unfinishedResponse(run_id, this.#options.echo, 'in_progress', part);
    return [
      { type: 'response.created', response: this.#response },
      { type: 'response.in_progress', response: this.#response },
    ];
  }

  #nextIndex(): number {
    this.#items += 1;
    return this.#items - 1;
  }

  get #place() {
    return { item_id: this.#message_id, output_index: this.#message_index ?? 0, content_index: 0 };
  }

  #openMessage(): Frame[] {
    if (this.#message_index !== null) return [];
    this.#message_index = this.#nextIndex();
    const item = { ...this.#messageItem('in_progress'), content: [] };
    const part = { type: 'output_text' as const, text: '', annotations: [], logprobs: [] };
    return [
      { type: 'response.output_item.added', output_index: this.#message_index, item },
      { type: 'response.content_part.added', ...this.#place, part },
    ];
  }

  #messageItem = (status: OutputMessage['status']): OutputMessage =>
    toOutputMessage(
      { id: this.#message_id, text: this.#joined.text, citations: [], parts: [] },
      status,
    );

  #writeText(delta: string): Frame[] {
    if (delta === '') return [];
    return [
      ...this.#openMessage(),
      { type: 'response.output_text.delta', ...this.#place, delta, logprobs: [] },
    ];
  }

  #finish(message: Message): Frame[] {
    const { run_id } = message;
    const { part } = this.#cursor;
    const text = textOfPart(message.text, part.before?.text ?? '');
    const startFrames = this.#response === null ? this.#start(run_id ?? '', message.id) : [];
    const rest = this.#writeText(this.#joined.end() + (this.#joined.text === '' ? text : ''));
    const calls = clientCallsOf(message);
    const approvals = approvalsOf(message.run);
    const messageFrames =
      text === '' && calls.length + approvals.length > 0
        ? []
        : [...this.#openMessage(), ...this.#closeMessage(message)];
    const called = calls.flatMap(({ id, name, arguments: given }) =>
      this.#calls.complete(id, name, given),
    );
    const requested = approvals.flatMap((item): Frame[] => {
      const output_index = this.#nextIndex();
      return [
        { type: 'response.output_item.added', output_index, item },
        { type: 'response.output_item.done', output_index, item },
      ];
    });
    const output = [...this.#output(toOutputMessage(message, 'completed', part)), ...approvals];
    const response = finishedResponse(message, this.#options.echo, part, output);
    const type = response.status === 'completed' ? 'response.completed' : 'response.incomplete';
    const frames = [...startFrames, ...rest, ...messageFrames, ...called, ...requested];
    return [...frames, { type, response }];
  }

  #closeMessage(message: Message): Frame[] {
    const item = toOutputMessage(message, 'completed', this.#cursor.part);
    const place = this.#place;
    return [
      ...item.content.flatMap((part): Frame[] => [
        ...part.annotations.map((annotation, annotation_index) => ({
          type: 'response.output_text.annotation.added' as const,
          ...place,
          annotation_index,
          annotation,
        })),
        { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] },
        { type: 'response.content_part.done', ...place, part },
      ]),
      { type: 'response.output_item.done', output_index: place.output_index, item },
    ];
  }

  #fail({ run, code, detail }: Extract<RunEvent, { type: 'error' }>): Frame[] {
    const startFrames = this.#response === null ? this.#start(run.id, '') : [];
    const rest = this.#writeText(this.#joined.end());
    const output = this.#output(this.#messageItem('incomplete'));
    const { part } = this.#cursor;
    const response = failedResponse(run, { code, detail }, this.#options.echo, output, part);
    return [
      ...startFrames,
      ...rest,
      { type: response.status === 'failed' ? 'response.failed' : 'response.incomplete', response },
    ];
  }

  /** Returns the output items in the order in which they started. */
  #output(message: OutputMessage): OpenAiResponse['output'] {
    const calls = this.#calls.items();
    const all =
      this.#message_index === null ? calls : [...calls, [this.#message_index, message] as const];
    return all.toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }
}

export const responsesStream: StreamProtocol = {
  name: 'openai.responses',
  make: (options) => new ResponsesEncoder(options as ResponsesStreamOptions),
};
