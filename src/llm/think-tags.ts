import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { fromText, type ModelCallContent } from './content.ts';
import {
  closingOf,
  isAloneOnLine,
  isOpenEnded,
  isStray,
  openingEnd,
  overlap,
  stray,
  type Tag,
} from './tag-places.ts';

/** Tags around reasoning in the chat templates of models. Case is ignored, and opening tags may have attributes. */
const tags = [
  ['<think', '</think', '>'],
  ['<thinking', '</thinking', '>'],
  ['<thought', '</thought', '>'],
  ['<reasoning', '</reasoning', '>'],
  ['<seed:think', '</seed:think', '>'],
  ['[think', '[/think', ']'],
  ['◁think', '◁/think', '▷'],
] as const;

/** Models whose templates write the opening tag into the prompt, so that an answer begins with reasoning. */
const beginsInReasoning = /(^|[/:_.-])(qwq|deepseek-r1|r1-distill)|qwen3.*thinking|thinking-\d{4}/i;

/** Models observed to begin answers with reasoning, by base URL and name. */
const observedModels = new Set<string>();
const maxObserved = 1000;

type TextDelta = Extract<LanguageModelV4StreamPart, { type: 'text-delta' }>;
type State =
  /** Only white space so far. An opening tag is recognized only in this state. */
  | 'start'
  | 'thinking'
  /** Text is held: it is reasoning if a closing tag follows. */
  | 'held'
  | 'answer'
  /** Tags are part of the text. */
  | 'literal';

/**
 * Separates reasoning from the text of models whose server does not (vLLM, llama.cpp, LM Studio): the
 * content of a tag at the beginning, and all text before a closing tag without an opening one. Text
 * that was already emitted before such a tag is converted by an event. Tags that an answer mentions stay.
 */
export class ThinkTags {
  readonly #content: ModelCallContent;
  /** Base URL and name of the model. */
  readonly #model: string;
  #state: State = 'start';
  /** Text that cannot be classified yet. */
  #rest = '';
  #tag: Tag = tags[0];
  #opened = '';
  #id = '';
  #hasThought = false;
  #hasClosed = false;
  /** True when the held text has a closing tag that cannot be classified yet. */
  #mayBeStray = false;

  constructor(content: ModelCallContent, model: string) {
    this.#content = content;
    this.#model = model;
  }

  add(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') this.#read(part);
    else {
      // A server that separates reasoning sends no tags. A tool call ends the text before it.
      if (part.type === 'reasoning-delta' && part.delta !== '') this.#settle('literal');
      else if (part.type === 'tool-input-start' || part.type === 'tool-call')
        this.#settle('answer');
      this.#content.add(part);
    }
  }

  /** Emits the remaining text at the end of the answer. */
  end(): void {
    let left: string | null = this.#rest;
    this.#rest = '';
    while (left !== null && left !== '') left = this.#advance(left, true);
    this.#settle('literal');
  }

  #settle(next: State): void {
    const rest = this.#state === 'start' && this.#hasClosed ? this.#rest.trimStart() : this.#rest;
    this.#rest = '';
    if (this.#state === 'thinking') {
      // A tag without content is part of the answer.
      if (!this.#hasThought && rest.trim() === '') this.#emitText(`${this.#opened}${rest}`);
      else this.#emitReasoning(rest);
    } else if (rest !== '') {
      if (this.#state === 'held') observedModels.delete(this.#model);
      this.#emitText(rest);
    }
    if (this.#state !== 'literal') this.#state = next;
  }

  #read(part: TextDelta): void {
    this.#id = part.id;
    const { delta } = part;
    if (
      this.#state === 'literal' ||
      (this.#state === 'answer' && this.#rest === '' && !delta.includes('<'))
    ) {
      this.#content.add(part);
      return;
    }
    // Held text can only change state at the end of a closing tag.
    if (this.#state === 'held' && !this.#mayBeStray && !delta.includes('>')) {
      this.#rest += delta;
      return;
    }
    let left: string | null = this.#rest + delta;
    this.#rest = '';
    while (left !== null && left !== '') left = this.#advance(left, false);
  }

  /** Reads text in the current state. Returns the unread rest, or null. `isLast` is true at the end of the answer. */
  #advance(text: string, isLast: boolean): string | null {
    if (this.#state === 'start') return this.#open(text);
    if (this.#state === 'thinking') return this.#untilClosed(text);
    if (this.#state === 'held') return this.#hold(text, isLast);
    if (this.#state === 'answer') return this.#watch(text, isLast);
    this.#emitText(text);
    return null;
  }

  #open(text: string): string | null {
    // A byte order mark and invisible characters before a tag are ignored.
    const begun = text.replace(/^[\s\ufeff\u200b\u2060]+/, '');
    const ends = tags.map((tag) => openingEnd(begun, tag));
    const at = ends.findIndex((end) => end !== null && end > 0);
    if (at !== -1) {
      const end = ends[at] ?? 0;
      this.#state = 'thinking';
      this.#tag = tags[at] ?? tags[0];
      this.#opened = begun.slice(0, end);
      this.#hasThought = false;
      return begun.slice(end);
    }
    if (ends.includes(0)) {
      this.#rest = text;
      return null;
    }
    const isInside =
      !this.#hasClosed && (observedModels.has(this.#model) || beginsInReasoning.test(this.#model));
    this.#state = isInside ? 'held' : 'answer';
    // White space between reasoning and answer is dropped.
    return this.#hasClosed ? begun : text;
  }

  #untilClosed(text: string): string | null {
    const found = closingOf(text, this.#tag);
    if (found === null) {
      // White space before the tag is not part of the reasoning.
      const safe = text.slice(0, text.length - overlap(text, this.#tag[1])).trimEnd().length;
      this.#rest = text.slice(safe);
      this.#emitReasoning(text.slice(0, safe));
      return null;
    }
    this.#emitReasoning(text.slice(0, found.at).trimEnd());
    this.#close();
    return text.slice(found.end);
  }

  #close(): void {
    this.#state = 'start';
    this.#hasClosed = true;
  }

  /** Holds text until a closing tag that ends reasoning. A tag that the answer mentions does not. */
  #hold(text: string, isLast: boolean): string | null {
    this.#mayBeStray = false;
    for (const { index, 0: tag } of text.matchAll(stray)) {
      const after = text.slice(index + tag.length);
      this.#mayBeStray = !isLast && isOpenEnded(after);
      if (this.#mayBeStray) break;
      if (
        !isStray(text.slice(0, index), after) &&
        !(beginsInReasoning.test(this.#model) && isAloneOnLine(text.slice(0, index), after))
      )
        continue;
      this.#hasThought = false;
      this.#emitReasoning(text.slice(0, index).trimEnd());
      this.#close();
      return after;
    }
    this.#rest = text;
    return null;
  }

  /** Emits answer text, and looks for a closing tag without an opening one. */
  #watch(text: string, isLast: boolean): string | null {
    const [found] = text.matchAll(stray);
    const at = found?.index ?? text.length - overlap(text, '</thinking');
    this.#emitText(text.slice(0, at));
    if (found === undefined) {
      this.#rest = text.slice(at);
      return null;
    }
    const after = text.slice(at + found[0].length);
    if (!isLast && isOpenEnded(after)) {
      this.#rest = text.slice(at);
      return null;
    }
    if (isStray(this.#content.text, after)) {
      this.#convertToReasoning();
      return after;
    }
    this.#state = 'literal';
    return text.slice(at);
  }

  #convertToReasoning(): void {
    this.#rest = '';
    this.#content.turnTextIntoReasoning();
    if (observedModels.size >= maxObserved) observedModels.clear();
    observedModels.add(this.#model);
    this.#close();
  }

  #emitText(delta: string): void {
    if (delta !== '') this.#content.add({ type: 'text-delta', id: this.#id, delta });
  }

  #emitReasoning(text: string): void {
    const delta = this.#hasThought ? text : text.trimStart();
    if (delta === '') return;
    this.#hasThought = true;
    this.#content.add({ type: 'reasoning-delta', id: 'tag', delta, providerMetadata: fromText });
  }
}
