import type { UIMessageChunk } from 'ai';
import type { Failure } from '../../shared/failure.ts';
import type { Message, Run } from '../schema.ts';
import type { TurnEvent } from '../turn/events.ts';
import type { Wire, WireKind } from './wire.ts';

export const uiMessageStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
};

type Speech = 'text' | 'reasoning';
type FinishReason = NonNullable<Extract<UIMessageChunk, { type: 'finish' }>['finishReason']>;

/** A turn's events as the AI SDK's UI message stream, version 1; frames are numbered from 1. */
class UiMessageStream implements Wire {
  #id = 0;
  /** The part that is being written. */
  #open: { readonly type: Speech; readonly id: string } | null = null;
  #parts = 0;
  #hasStep = false;
  /** Tools that have been asked for and have not answered, by their call; null where the input is whole. */
  readonly #asked = new Map<string, string | null>();

  frames(event: TurnEvent): string[] {
    return this.#write(this.#chunks(event));
  }

  #write(chunks: readonly UIMessageChunk[]): string[] {
    return chunks.map((chunk) => {
      this.#id += 1;
      return `id: ${this.#id}\ndata: ${JSON.stringify(chunk)}\n\n`;
    });
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  refuse({ code, message }: Failure): string {
    return this.#write([{ type: 'error', errorText: `${code}: ${message}` }]).join('') + this.end();
  }

  #chunks(event: TurnEvent): UIMessageChunk[] {
    switch (event.type) {
      case 'started': {
        const { run_id: id, user_message_id, version } = event;
        return [
          { type: 'start', messageId: event.message_id },
          {
            type: 'data-run',
            data: { id, status: 'running', user_message_id, version },
            transient: true,
          },
        ];
      }
      case 'retrieved':
        return [
          {
            type: 'data-retrieval',
            data: { hits: event.hits, confidence: event.confidence },
            transient: true,
          },
        ];
      case 'round':
        return [...this.#endStep(), ...this.#startStep()];
      case 'text':
      case 'reasoning':
        return this.#speak(event.type, event.delta);
      case 'finished':
        return this.#finish(event.message);
      case 'failed':
        return [
          ...this.#giveUp(true),
          ...this.#endStep(),
          { type: 'data-run', data: event.run },
          { type: 'error', errorText: `${event.code}: ${event.detail}` },
        ];
      default:
        return [...this.#close(), ...this.#tool(event)];
    }
  }

  #tool(event: Extract<TurnEvent, { readonly tool_call_id: string }>): UIMessageChunk[] {
    const { tool_call_id: toolCallId } = event;
    if (event.type === 'tool-input-start') this.#asked.set(toolCallId, event.tool_name);
    else if (event.type === 'tool-call') this.#asked.set(toolCallId, null);
    else if (event.type !== 'tool-input-delta') this.#asked.delete(toolCallId);
    switch (event.type) {
      case 'tool-input-start':
        return [{ type: 'tool-input-start', toolCallId, toolName: event.tool_name, dynamic: true }];
      case 'tool-input-delta':
        return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: event.delta }];
      case 'tool-call':
        return [
          {
            type: 'tool-input-available',
            toolCallId,
            toolName: event.tool_name,
            input: event.input,
            dynamic: true,
          },
        ];
      case 'tool-output':
        return [{ type: 'tool-output-available', toolCallId, output: event.output, dynamic: true }];
      case 'tool-error':
        return [{ type: 'tool-output-error', toolCallId, errorText: event.error, dynamic: true }];
    }
  }

  /** No call is left open by a run that has ended; `all`: nor one that is whole, which is the caller's to answer otherwise. */
  #giveUp(all: boolean): UIMessageChunk[] {
    const open = [...this.#asked].filter(([, name]) => all || name !== null);
    const errorText = 'The run ended before the tool was called.';
    return open.map(([toolCallId, toolName]) =>
      toolName === null
        ? {
            type: 'tool-output-error',
            toolCallId,
            errorText: 'The run ended before the tool had answered.',
            dynamic: true,
          }
        : { type: 'tool-input-error', toolCallId, toolName, input: null, errorText, dynamic: true },
    );
  }

  #speak(type: Speech, delta: string): UIMessageChunk[] {
    const chunks: UIMessageChunk[] = this.#hasStep ? [] : this.#startStep();
    if (this.#open?.type !== type) {
      chunks.push(...this.#close());
      this.#open = { type, id: String(this.#parts) };
      this.#parts += 1;
      chunks.push({ type: `${type}-start`, id: this.#open.id });
    }
    chunks.push({ type: `${type}-delta`, id: this.#open.id, delta });
    return chunks;
  }

  #close(): UIMessageChunk[] {
    const open = this.#open;
    this.#open = null;
    return open === null ? [] : [{ type: `${open.type}-end`, id: open.id }];
  }

  #startStep(): UIMessageChunk[] {
    this.#hasStep = true;
    return [{ type: 'start-step' }];
  }

  #endStep(): UIMessageChunk[] {
    if (!this.#hasStep) return [];
    this.#hasStep = false;
    return [...this.#close(), { type: 'finish-step' }];
  }

  #finish({ citations, run }: Message): UIMessageChunk[] {
    const sources = citations.map(
      (citation): UIMessageChunk => ({
        type: 'source-document',
        sourceId: citation.chunk_id,
        mediaType: 'text/plain',
        title:
          citation.page === null
            ? citation.file_name
            : `${citation.file_name}, page ${citation.page}`,
        filename: citation.file_name,
        providerMetadata: { agentgrid: { ...citation } },
      }),
    );
    return [
      ...this.#close(),
      ...this.#giveUp(run?.finish_reason !== 'tool-calls'),
      ...sources,
      { type: 'data-run', data: run },
      ...this.#endStep(),
      ...(run?.status === 'cancelled' ? [{ type: 'abort' as const, reason: 'cancelled' }] : []),
      { type: 'finish', finishReason: reasonOf(run) },
    ];
  }
}

/** Our reasons in the words of the protocol, which has fewer. */
function reasonOf(run: Run | null): FinishReason {
  const reason = run?.finish_reason;
  if (reason === 'length' || reason === 'content-filter' || reason === 'error') return reason;
  return reason === 'stop' || reason === 'no_answer' ? 'stop' : 'other';
}

export const uiWire: WireKind = { name: 'ui', make: () => new UiMessageStream() };
