import type {
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';

/** What a step shows while it runs. Deltas that arrive together are one event. */
export type ModelCallEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  /** The text of this step so far was reasoning: its end has been marked only now. */
  | { readonly type: 'text-was-reasoning' }
  | { readonly type: 'tool-input-start'; readonly tool_call_id: string; readonly tool_name: string }
  | { readonly type: 'tool-input-delta'; readonly tool_call_id: string; readonly delta: string };

type Open = {
  type: 'text' | 'reasoning';
  text: string;
  providerMetadata?: SharedV4ProviderMetadata;
};

/** Marks reasoning that came in the text of an answer: models of such servers do not want it back. */
export const fromText: SharedV4ProviderMetadata = { agentgrid: { from_text: true } };
export const isFromText = (metadata: SharedV4ProviderMetadata | undefined): boolean =>
  metadata?.agentgrid?.from_text === true;

/** Names what goes back with a message as a whole, and the part that holds it. */
export const ofMessage = 'agentgrid.message';

type Pending = { -readonly [Key in 'type' | 'delta' | 'tool_call_id' | 'tool_name']?: string };

/**
 * Puts a streamed answer together: the parts for the next call's history, in the order in which they
 * began and with what the provider wants back (such as signatures of reasoning), and the events that
 * have not been handed out yet.
 */
export class ModelCallContent {
  readonly parts: LanguageModelV4Content[] = [];
  readonly #open = new Map<string, Open>();
  #pending: Pending[] = [];
  /** Whether anything of an answer has come: from here on a second attempt would say it twice. */
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
      // Says something about the answer, not in it; the provider may want it back.
      case 'custom':
        this.parts.push(part);
        break;
    }
  }

  /** The text so far. */
  get text(): string {
    return this.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }

  /** What follows begins a new text. */
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

  /** What a provider wants back with the whole answer comes at its end. */
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

  /** A new delta of what the newest event is about is joined to it. */
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
