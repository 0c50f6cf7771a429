import type {
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';

/** An event of a running model call. Deltas that arrive together form one event. */
export type ModelCallEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  /** The text of this call so far was reasoning, as a closing tag has just shown. */
  | { readonly type: 'text-was-reasoning' }
  | { readonly type: 'tool-input-start'; readonly tool_call_id: string; readonly tool_name: string }
  | { readonly type: 'tool-input-delta'; readonly tool_call_id: string; readonly delta: string };

type Open = {
  type: 'text' | 'reasoning';
  text: string;
  providerMetadata?: SharedV4ProviderMetadata;
};

/** Marks reasoning that was extracted from the text of an answer. It is not sent back to the model. */
export const fromText: SharedV4ProviderMetadata = { agentgrid: { from_text: true } };
export const isFromText = (metadata: SharedV4ProviderMetadata | undefined): boolean =>
  metadata?.agentgrid?.from_text === true;

/** Key of the metadata that is sent back with a whole message, and kind of the part that holds it. */
export const ofMessage = 'agentgrid.message';

type Pending = { -readonly [Key in 'type' | 'delta' | 'tool_call_id' | 'tool_name']?: string };

/**
 * Assembles a streamed answer: the parts for the history of the next call, in the order in which they
 * began and with the metadata that the provider requires back (such as signatures of reasoning), and
 * the events that have not been taken yet.
 */
export class ModelCallContent {
  readonly parts: LanguageModelV4Content[] = [];
  readonly #open = new Map<string, Open>();
  #pending: Pending[] = [];
  /** True once a part of the answer has been received. Then a retry would repeat output. */
  has_begun = false;

  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-delta':
        this.#append('text', part.id, part.delta, part.providerMetadata);
        break;
      case 'reasoning-delta':
        this.#append('reasoning', part.id, part.delta, part.providerMetadata);
        break;
      case 'tool-input-delta':
        this.#emit({ type: 'tool-input-delta', tool_call_id: part.id, delta: part.delta });
        break;
      case 'tool-input-start':
        this.#emit({ type: 'tool-input-start', tool_call_id: part.id, tool_name: part.toolName });
        break;
      case 'text-start':
      case 'text-end':
        this.#find('text', part.id, part.providerMetadata);
        break;
      case 'reasoning-start':
      case 'reasoning-end':
        this.#find('reasoning', part.id, part.providerMetadata);
        break;
      case 'tool-call':
        this.has_begun = true;
        this.parts.push(part);
        break;
      case 'file':
      case 'source':
      case 'tool-result':
      case 'reasoning-file':
        this.has_begun = true;
        this.parts.push(part);
        break;
      // Metadata of the answer, which the provider may require back.
      case 'custom':
        this.parts.push(part);
        break;
    }
  }

  /** The text received so far. */
  get text(): string {
    return this.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }

  /** Converts the text so far to reasoning. Later text deltas begin a new part. */
  turnTextIntoReasoning(): void {
    for (const [key, open] of this.#open) {
      if (open.type !== 'text') continue;
      open.type = 'reasoning';
      open.providerMetadata = fromText;
      this.#open.delete(key);
    }
    for (const event of this.#pending) if (event.type === 'text') event.type = 'reasoning';
    this.#pending.push({ type: 'text-was-reasoning' });
  }

  /** Adds the metadata of the whole answer, which arrives with its end. */
  finish(metadata: SharedV4ProviderMetadata | undefined): void {
    const message = metadata?.[ofMessage];
    if (message !== undefined)
      this.parts.push({
        type: 'custom',
        kind: ofMessage,
        providerMetadata: { openaiCompatible: message },
      });
  }

  get hasEvents(): boolean {
    return this.#pending.length > 0;
  }

  take(): ModelCallEvent[] {
    const events = this.#pending as ModelCallEvent[];
    this.#pending = [];
    return events;
  }

  #append(
    type: Open['type'],
    id: string,
    delta: string,
    metadata: SharedV4ProviderMetadata | undefined,
  ): void {
    const open = this.#find(type, id, metadata);
    if (delta === '') return;
    open.text += delta;
    this.#emit({ type, delta });
  }

  /** Queues an event. A delta of the same part as the last event is appended to it. */
  #emit(event: Pending): void {
    this.has_begun = true;
    const last = this.#pending.at(-1);
    if (
      last?.delta !== undefined &&
      event.delta !== undefined &&
      last.type === event.type &&
      last.tool_call_id === event.tool_call_id
    ) {
      last.delta += event.delta;
    } else this.#pending.push(event);
  }

  #find(type: Open['type'], id: string, metadata: SharedV4ProviderMetadata | undefined): Open {
    const key = type === 'text' ? id : `r${id}`;
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { type, text: '' };
      this.#open.set(key, open);
      this.parts.push(open as LanguageModelV4Content);
    }
    if (metadata !== undefined) open.providerMetadata = metadata;
    return open;
  }
}
