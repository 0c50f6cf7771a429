import type { LanguageModelV4Content, LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** What a step shows while it runs. Deltas that arrive together are one event. */
export type StepEvent =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  | { readonly type: 'tool-input-start'; readonly tool_call_id: string; readonly tool_name: string }
  | { readonly type: 'tool-input-delta'; readonly tool_call_id: string; readonly delta: string };

type Open = { type: 'text' | 'reasoning'; text: string; providerMetadata?: SharedV4ProviderMetadata };
type Pending = { -readonly [Key in 'type' | 'delta' | 'tool_call_id' | 'tool_name']?: string };

/**
 * Puts a streamed answer together: the parts for the next call's history, in the order in which they
 * began and with what the provider wants back (such as signatures of reasoning), and the events that
 * have not been handed out yet.
 */
export class StepContent {
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

  get hasEvents(): boolean {
    return this.#pending.length > 0;
  }

  take(): StepEvent[] {
    const events = this.#pending as StepEvent[];
    this.#pending = [];
    return events;
  }

  #append(type: Open['type'], id: string, delta: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const open = this.#find(type, id, metadata);
    if (delta === '') return;
    open.text += delta;
    this.#emit({ type, delta });
  }

  /** A new delta of what the newest event is about is joined to it. */
  #emit(event: Pending): void {
    this.has_begun = true;
    const last = this.#pending.at(-1);
    if (last?.delta !== undefined && event.delta !== undefined && last.type === event.type && last.tool_call_id === event.tool_call_id) {
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
