import type { RunEvent } from '../client/read-events.ts';
import type { Citation, Message } from './types.ts';

/** Builds the message of an answer from the events of its run. */
export class Answer {
  /** The code and detail of a failed run; null otherwise. */
  error: string | null = null;
  #message: Message | null = null;

  /** Returns the answer with the event; nothing before it begins. */
  add(event: RunEvent): readonly Message[] {
    this.#message = this.#next(event);
    return this.#message === null ? [] : [this.#message];
  }

  #next(event: RunEvent): Message | null {
    const message = this.#message;
    if (event.type === 'start')
      return {
        ...{ id: String(event.messageId), role: 'assistant', text: message?.text ?? '' },
        ...{ citations: [], attachments: [], author: null, status: 'streaming', rating: null },
      };
    if (message === null) return null;
    switch (event.type) {
      // A person will answer.
      case 'data-hand-over':
        return null;
      case 'text-start':
        return message.text === '' ? message : { ...message, text: `${message.text}\n\n` };
      case 'text-delta':
        return { ...message, text: message.text + String(event.delta) };
      case 'source-document':
      case 'source-url': {
        const { agentgrid } = event.providerMetadata as { agentgrid: Citation };
        return { ...message, citations: [...message.citations, agentgrid] };
      }
      case 'abort':
        return { ...message, status: 'cancelled' };
      case 'error':
        this.error = String(event.errorText);
        return { ...message, status: 'failed' };
      case 'finish':
        return message.status === 'streaming' ? { ...message, status: 'done' } : message;
      default:
        return message;
    }
  }
}
