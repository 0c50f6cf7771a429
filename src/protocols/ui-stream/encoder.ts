import type { UIMessageChunk } from 'ai';
import type { Message, NativeStream, Run, RunEvent, StreamEncoder } from '../../runs/index.ts';
import type { Failure } from '../../shared/failure.ts';
import { streamEvent } from './event-schema.ts';

const uiMessageStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
};

type PartType = 'text' | 'reasoning';
type ToolEvent = Exclude<
  Extract<RunEvent, { readonly tool_call_id: string }>,
  { readonly type: 'tool-progress' }
>;
type FinishReason = NonNullable<Extract<UIMessageChunk, { type: 'finish' }>['finishReason']>;

/** Encodes the events of a run as the AI SDK's UI message stream, version 1. Frames are numbered from 1. */
class UiMessageStream implements StreamEncoder {
  #id = 0;
  /** The open part; null for none. */
  #open: { readonly type: PartType; readonly id: string } | null = null;
  #parts = 0;
  #hasStep = false;
  /** The names of called tools without a result, by call id; null where the input is complete. */
  readonly #openCalls = new Map<string, string | null>();
  /**
   * Calls of client tools. Calls of the agent's tools are marked `dynamic`, since the client did
   * not declare these tools.
   */
  readonly #clientCalls = new Set<string>();
  /** Approvals that were requested. */
  readonly #requested = new Set<string>();

  frames(event: RunEvent): string[] {
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

  /** The whole stream of a message that a person answers. */
  leave(message_id: string): string {
    const data = { handled_by: 'human', message_id };
    return (
      this.#write([
        { type: 'start' },
        { type: 'data-hand-over', data },
        { type: 'finish', finishReason: 'other' },
      ]).join('') + this.end()
    );
  }

  #chunks(event: RunEvent): UIMessageChunk[] {
    switch (event.type) {
      case 'start':
      case 'resume': {
        const { run_id: id, user_message_id, version, experiment = null } = event;
        return [
          { type: 'start', messageId: event.message_id },
          {
            type: 'data-run',
            data: { id, status: 'running', user_message_id, version, experiment },
            transient: true,
          },
        ];
      }
      case 'retrieval':
        return [
          {
            type: 'data-retrieval',
            data: { hits: event.hits, confidence: event.confidence },
            transient: true,
          },
        ];
      case 'tool-progress': {
        const { tool_call_id: toolCallId, progress, total, message } = event;
        const data = { toolCallId, progress, total, message };
        return [{ type: 'data-tool-progress', data, transient: true }];
      }
      case 'start-step':
        return [...this.#endStep(), ...this.#startStep()];
      case 'file':
        return [...this.#close(), fileChunk(event.file)];
      case 'text-delta':
      case 'reasoning-delta':
        return this.#writeDelta(event.type === 'text-delta' ? 'text' : 'reasoning', event.delta);
      case 'finish':
        return this.#finish(event.message);
      case 'requires-action':
        return [
          ...this.#close(),
          ...this.#approvals(event.message.run),
          ...this.#requests(event.message.run),
          { type: 'data-run', data: event.message.run },
          ...this.#endStep(),
          { type: 'finish', finishReason: 'tool-calls' },
        ];
      case 'error':
        return [
          ...this.#closeCalls(true),
          ...this.#endStep(),
          { type: 'data-run', data: event.run },
          { type: 'error', errorText: `${event.code}: ${event.detail}` },
        ];
      default:
        return [...this.#close(), ...this.#tool(event)];
    }
  }

  /** The calls that wait for approval, each once: a run that still waits names them again. */
  #approvals(run: Run | null): UIMessageChunk[] {
    return (run?.required_actions ?? []).flatMap((action): UIMessageChunk[] => {
      if (action.type !== 'approval' || this.#requested.has(action.approval_id)) return [];
      this.#requested.add(action.approval_id);
      const { approval_id: approvalId, tool_call_id: toolCallId, reason } = action;
      return [{ type: 'tool-approval-request', approvalId, toolCallId, reason }];
    });
  }

  /** The actions of the end user, such as a sign-in. They are not part of the message, which is kept longer. */
  #requests(run: Run | null): UIMessageChunk[] {
    return (run?.required_actions ?? []).flatMap((action): UIMessageChunk[] => {
      if (action.type !== 'sign_in' && action.type !== 'input') return [];
      const { type, input: _, tool_name: __, ...data } = action;
      const name = type === 'sign_in' ? 'data-auth-required' : 'data-input-required';
      return [{ type: name, data, transient: true }];
    });
  }

  #tool(event: ToolEvent): UIMessageChunk[] {
    const { tool_call_id: toolCallId } = event;
    if ('is_client' in event) this.#clientCalls.add(toolCallId);
    const dynamic = this.#dynamic(toolCallId);
    if (event.type === 'tool-input-start') this.#openCalls.set(toolCallId, event.tool_name);
    else if (event.type === 'tool-input-available') this.#openCalls.set(toolCallId, null);
    else if (event.type !== 'tool-input-delta' && event.type !== 'approval-response')
      this.#openCalls.delete(toolCallId);
    switch (event.type) {
      case 'tool-input-start':
        return [{ type: 'tool-input-start', toolCallId, toolName: event.tool_name, ...dynamic }];
      case 'tool-input-delta':
        return [{ type: 'tool-input-delta', toolCallId, inputTextDelta: event.delta }];
      case 'tool-input-available':
        return [
          {
            type: 'tool-input-available',
            toolCallId,
            toolName: event.tool_name,
            input: event.input,
            ...dynamic,
          },
        ];
      case 'tool-output-available':
        return [{ type: 'tool-output-available', toolCallId, output: event.output, ...dynamic }];
      case 'approval-response': {
        const { approval_id: approvalId, approved, reason } = event;
        const why = reason === null ? {} : { reason };
        return [{ type: 'tool-approval-response', approvalId, approved, ...why }];
      }
      case 'tool-output-denied':
        return [{ type: 'tool-output-denied', toolCallId }];
      case 'tool-output-error':
        return [{ type: 'tool-output-error', toolCallId, errorText: event.error, ...dynamic }];
    }
  }

  /**
   * Closes calls without complete input; with `all` also complete calls, whose results the client
   * would otherwise send.
   */
  #closeCalls(all: boolean): UIMessageChunk[] {
    const open = [...this.#openCalls].filter(([, name]) => all || name !== null);
    const errorText = 'The run ended before the tool was called.';
    return open.map(([toolCallId, toolName]) =>
      toolName === null
        ? {
            type: 'tool-output-error',
            toolCallId,
            errorText: 'The run ended before the tool returned a result.',
            ...this.#dynamic(toolCallId),
          }
        : {
            type: 'tool-input-error',
            ...{ toolCallId, toolName, input: null, errorText },
            ...this.#dynamic(toolCallId),
          },
    );
  }

  #dynamic(toolCallId: string): { dynamic?: true } {
    return this.#clientCalls.has(toolCallId) ? {} : { dynamic: true };
  }

  #writeDelta(type: PartType, delta: string): UIMessageChunk[] {
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
    return [
      ...this.#close(),
      ...this.#closeCalls(run?.finish_reason !== 'tool-calls'),
      ...citations.map(toSource),
      { type: 'data-run', data: run },
      ...this.#endStep(),
      ...(run?.status === 'cancelled' ? [{ type: 'abort' as const, reason: 'cancelled' }] : []),
      { type: 'finish', finishReason: reasonOf(run) },
    ];
  }
}

function toSource(citation: Message['citations'][number]): UIMessageChunk {
  const providerMetadata = { agentgrid: { ...citation } };
  if (citation.type === 'url') {
    const { url, title } = citation;
    return { type: 'source-url', sourceId: url, url, title, providerMetadata };
  }
  const { chunk_id: sourceId, file_name: filename, page } = citation;
  return {
    ...{ type: 'source-document', sourceId, mediaType: 'text/plain' },
    title: page === null ? filename : `${filename}, page ${page}`,
    ...{ filename, providerMetadata },
  };
}
const fileChunk = (file: Extract<RunEvent, { type: 'file' }>['file']): UIMessageChunk => ({
  type: 'file',
  url: file.url,
  mediaType: file.media_type,
  providerMetadata: { agentgrid: { ...file } },
});

/** Returns the finish reason of the AI SDK, which has fewer reasons. */
function reasonOf(run: Run | null): FinishReason {
  const reason = run?.finish_reason;
  if (reason === 'length' || reason === 'content-filter' || reason === 'error') return reason;
  return reason === 'stop' || reason === 'no_answer' ? 'stop' : 'other';
}

/** The stream protocol of the native API. */
export const uiStream: NativeStream = {
  name: 'ui',
  make: () => new UiMessageStream(),
  events: streamEvent,
  headers: uiMessageStreamHeaders,
  leave: ({ id: message_id }) => new UiMessageStream().leave(message_id),
};
