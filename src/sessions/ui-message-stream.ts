import type { UIMessageChunk } from 'ai';
import type { TurnEvent } from './events.ts';
import type { Message } from './schema.ts';

export const uiMessageStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
};

const textId = 'answer';

/** A turn's events as the AI SDK's UI message stream, version 1. */
export class UiMessageStream {
  #hasText = false;

  chunks(event: TurnEvent): UIMessageChunk[] {
    switch (event.type) {
      case 'started':
        return [
          { type: 'start', messageId: event.message_id },
          {
            type: 'data-run',
            data: { id: event.run_id, status: 'running', user_message_id: event.user_message_id, version: event.version },
            transient: true,
          },
          { type: 'start-step' },
        ];
      case 'retrieved':
        return [{ type: 'data-retrieval', data: { hits: event.hits, confidence: event.confidence }, transient: true }];
      case 'text':
        return [...this.#openText(), { type: 'text-delta', id: textId, delta: event.delta }];
      case 'finished':
        return [...this.#closeText(), ...this.#result(event.message), { type: 'finish-step' }, { type: 'finish', finishReason: 'stop' }];
      case 'failed':
        return [
          ...this.#closeText(),
          { type: 'data-run', data: event.run },
          { type: 'error', errorText: `${event.code}: ${event.detail}` },
        ];
    }
  }

  /** An answer that exists already, as the events that would have brought it. */
  replay(message: Message): UIMessageChunk[] {
    const delta: UIMessageChunk[] = [...this.#openText(), { type: 'text-delta', id: textId, delta: message.text }];
    return [
      { type: 'start', messageId: message.id },
      { type: 'start-step' },
      ...delta,
      ...this.#closeText(),
      ...this.#result(message),
      { type: 'finish-step' },
      { type: 'finish', finishReason: 'stop' },
    ];
  }

  #openText(): UIMessageChunk[] {
    if (this.#hasText) return [];
    this.#hasText = true;
    return [{ type: 'text-start', id: textId }];
  }

  #closeText(): UIMessageChunk[] {
    return this.#hasText ? [{ type: 'text-end', id: textId }] : [];
  }

  #result({ citations, run }: Message): UIMessageChunk[] {
    const sources = citations.map(
      (citation): UIMessageChunk => ({
        type: 'source-document',
        sourceId: citation.chunk_id,
        mediaType: 'text/plain',
        title: citation.page === null ? citation.file_name : `${citation.file_name}, page ${citation.page}`,
        filename: citation.file_name,
        providerMetadata: { agentgrid: { ...citation } },
      }),
    );
    return [...sources, { type: 'data-run', data: run }];
  }
}

/** Chunks as server-sent events, numbered from 1, with the protocol's closing marker. */
export class SseWriter {
  #id = 0;

  write(chunks: readonly UIMessageChunk[]): string {
    return chunks
      .map((chunk) => {
        this.#id += 1;
        return `id: ${this.#id}\ndata: ${JSON.stringify(chunk)}\n\n`;
      })
      .join('');
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }
}
