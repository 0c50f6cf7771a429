import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { fromText, type ModelCallContent } from './content.ts';
import {
  closingOf,
  isOnItsOwn,
  isOpenEnded,
  isStray,
  openingEnd,
  overlap,
  stray,
  type Tag,
} from './tag-places.ts';

/** Tags that models put around their reasoning, by their chat templates; in any letters, and with attributes in the opening one. */
const tags = [
  ['<think', '</think', '>'],
  ['<thinking', '</thinking', '>'],
  ['<thought', '</thought', '>'],
  ['<reasoning', '</reasoning', '>'],
  ['<seed:think', '</seed:think', '>'],
  ['[think', '[/think', ']'],
  ['◁think', '◁/think', '▷'],
] as const;

/** Models that always reason and whose templates write the opening tag into the prompt: an answer begins inside of it. */
const beginInside = /(^|[/:_.-])(qwq|deepseek-r1|r1-distill)|qwen3.*thinking|thinking-\d{4}/i;

/** Models that were seen to begin inside, by address and name. */
const seenInside = new Set<string>();
const maxSeen = 1000;

type TextDelta = Extract<LanguageModelV4StreamPart, { type: 'text-delta' }>;
type State =
  /** Nothing but white space so far: an opening tag counts here only. */
  | 'start'
  | 'thinking'
  /** Text that is reasoning if a closing tag follows. */
  | 'held'
  | 'answer'
  /** Tags are part of what is said. */
  | 'literal';

/**
 * Takes reasoning out of the text of models whose server leaves it there (vLLM, llama.cpp, LM Studio): what
 * is in a tag at the beginning, and everything before a closing tag that has no opening one. What was already handed
 * out before such a tag came is taken back by an event. Tags that an answer writes about stay.
 */
export class ThinkTags {
  readonly #content: ModelCallContent;
  /** Address and name of the model. */
  readonly #model: string;
  #state: State = 'start';
  /** Text that cannot be told yet. */
  #rest = '';
  #tag: Tag = tags[0];
  #opened = '';
  #id = '';
  #hasThought = false;
  #hasClosed = false;
  /** Whether what is held has a closing tag that cannot be told yet. */
  #mayBeStray = false;

  constructor(content: ModelCallContent, model: string) {
    this.#content = content;
    this.#model = model;
  }

  add(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') this.#read(part);
    else {
      // Where a server tells reasoning from text there are no tags, and a call ends what was said before it.
      if (part.type === 'reasoning-delta' && part.delta !== '') this.#settle('literal');
      else if (part.type === 'tool-input-start' || part.type === 'tool-call')
        this.#settle('answer');
      this.#content.add(part);
    }
  }

  /** Hands on what is left when nothing more comes. */
  end(): void {
    let left: string | null = this.#rest;
    this.#rest = '';
    while (left !== null && left !== '') left = this.#step(left, true);
    this.#settle('literal');
  }

  #settle(next: State): void {
    const rest = this.#state === 'start' && this.#hasClosed ? this.#rest.trimStart() : this.#rest;
    this.#rest = '';
    if (this.#state === 'thinking') {
      // A tag that nothing followed is what the answer says.
      if (!this.#hasThought && rest.trim() === '') this.#say(`${this.#opened}${rest}`);
      else this.#think(rest);
    } else if (rest !== '') {
      if (this.#state === 'held') seenInside.delete(this.#model);
      this.#say(rest);
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
    // A closing tag ends with one of these: without it nothing new can be told of what is held.
    if (this.#state === 'held' && !this.#mayBeStray && !delta.includes('>')) {
      this.#rest += delta;
      return;
    }
    let left: string | null = this.#rest + delta;
    this.#rest = '';
    while (left !== null && left !== '') left = this.#step(left, false);
  }

  /** One step on; returns what is left to read, or null. `isLast` where nothing more comes. */
  #step(text: string, isLast: boolean): string | null {
    if (this.#state === 'start') return this.#open(text);
    if (this.#state === 'thinking') return this.#untilClosed(text);
    if (this.#state === 'held') return this.#hold(text, isLast);
    if (this.#state === 'answer') return this.#watch(text, isLast);
    this.#say(text);
    return null;
  }

  #open(text: string): string | null {
    // A byte order mark and invisible characters before a tag are none.
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
      !this.#hasClosed && (seenInside.has(this.#model) || beginInside.test(this.#model));
    this.#state = isInside ? 'held' : 'answer';
    // White space between a thought and its answer belongs to neither.
    return this.#hasClosed ? begun : text;
  }

  #untilClosed(text: string): string | null {
    const found = closingOf(text, this.#tag);
    if (found === null) {
      // White space before the tag is not part of the thought.
      const safe = text.slice(0, text.length - overlap(text, this.#tag[1])).trimEnd().length;
      this.#rest = text.slice(safe);
      this.#think(text.slice(0, safe));
      return null;
    }
    this.#think(text.slice(0, found.at).trimEnd());
    this.#close();
    return text.slice(found.end);
  }

  #close(): void {
    this.#state = 'start';
    this.#hasClosed = true;
  }

  /** Waits for a tag that ends a thought: one that the answer writes about does not. */
  #hold(text: string, isLast: boolean): string | null {
    this.#mayBeStray = false;
    for (const { index, 0: tag } of text.matchAll(stray)) {
      const after = text.slice(index + tag.length);
      this.#mayBeStray = !isLast && isOpenEnded(after);
      if (this.#mayBeStray) break;
      if (
        !isStray(text.slice(0, index), after) &&
        !(beginInside.test(this.#model) && isOnItsOwn(text.slice(0, index), after))
      )
        continue;
      this.#hasThought = false;
      this.#think(text.slice(0, index).trimEnd());
      this.#close();
      return after;
    }
    this.#rest = text;
    return null;
  }

  /** Looks for a closing tag that has no opening one. */
  #watch(text: string, isLast: boolean): string | null {
    const [found] = text.matchAll(stray);
    const at = found?.index ?? text.length - overlap(text, '</thinking');
    this.#say(text.slice(0, at));
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
      this.#takeBack();
      return after;
    }
    this.#state = 'literal';
    return text.slice(at);
  }

  #takeBack(): void {
    this.#rest = '';
    this.#content.turnTextIntoReasoning();
    if (seenInside.size >= maxSeen) seenInside.clear();
    seenInside.add(this.#model);
    this.#close();
  }

  #say(delta: string): void {
    if (delta !== '') this.#content.add({ type: 'text-delta', id: this.#id, delta });
  }

  #think(text: string): void {
    const delta = this.#hasThought ? text : text.trimStart();
    if (delta === '') return;
    this.#hasThought = true;
    this.#content.add({ type: 'reasoning-delta', id: 'tag', delta, providerMetadata: fromText });
  }
}
