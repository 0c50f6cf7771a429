import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { fromText, type StepContent } from './content.ts';

/** Tags that models put around their reasoning, by their chat templates. */
const tags = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
] as const;
const [, closing] = tags[0];

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
  readonly #content: StepContent;
  /** Address and name of the model. */
  readonly #model: string;
  #state: State = 'start';
  /** Text that cannot be told yet. */
  #rest = '';
  #close: string = closing;
  #id = '';
  #hasThought = false;
  #hasClosed = false;

  constructor(content: StepContent, model: string) {
    this.#content = content;
    this.#model = model;
  }

  add(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') this.#read(part);
    else {
      // Where a server tells reasoning from text there are no tags, and a call ends what was said before it.
      if (part.type === 'reasoning-delta' && part.delta !== '') this.#settle('literal');
      else if (part.type === 'tool-input-start' || part.type === 'tool-call') this.#settle('answer');
      this.#content.add(part);
    }
  }

  /** Hands on what is left when nothing more comes. */
  end(): void {
    if (this.#state === 'answer' && this.#rest.startsWith(closing) && this.#isStray('')) this.#takeBack();
    this.#settle('literal');
  }

  #settle(next: State): void {
    const rest = this.#rest;
    this.#rest = '';
    if (this.#state === 'thinking') {
      // A tag that nothing followed is what the answer says.
      if (!this.#hasThought && rest.trim() === '') this.#say(`${this.#close.replace('/', '')}${rest}`);
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
    if (this.#state === 'literal' || (this.#state === 'answer' && this.#rest === '' && !delta.includes('<'))) {
      this.#content.add(part);
      return;
    }
    let left: string | null = this.#rest + delta;
    this.#rest = '';
    while (left !== null) left = this.#step(left);
  }

  /** One step on; returns what is left to read, or null. */
  #step(text: string): string | null {
    if (this.#state === 'start') return this.#open(text);
    if (this.#state === 'thinking') return this.#untilClosed(text);
    if (this.#state === 'held') return this.#hold(text);
    if (this.#state === 'answer') return this.#watch(text);
    this.#say(text);
    return null;
  }

  #open(text: string): string | null {
    const begun = text.trimStart();
    const tag = tags.find(([open]) => begun.startsWith(open));
    if (tag !== undefined) {
      this.#state = 'thinking';
      this.#close = tag[1];
      this.#hasThought = false;
      return begun.slice(tag[0].length);
    }
    if (tags.some(([open]) => open.startsWith(begun))) {
      this.#rest = text;
      return null;
    }
    const isInside = !this.#hasClosed && (seenInside.has(this.#model) || beginInside.test(this.#model));
    this.#state = isInside ? 'held' : 'answer';
    // White space between a thought and its answer belongs to neither.
    return this.#hasClosed ? begun : text;
  }

  #untilClosed(text: string): string | null {
    const at = text.indexOf(this.#close);
    if (at === -1) {
      // White space before the tag is not part of the thought.
      const safe = text.slice(0, text.length - overlap(text, this.#close)).trimEnd().length;
      this.#rest = text.slice(safe);
      this.#think(text.slice(0, safe));
      return null;
    }
    this.#think(text.slice(0, at).trimEnd());
    this.#state = 'start';
    this.#hasClosed = true;
    return text.slice(at + this.#close.length);
  }

  #hold(text: string): string | null {
    const at = text.indexOf(closing);
    if (at === -1) {
      this.#rest = text;
      return null;
    }
    this.#state = 'thinking';
    this.#close = closing;
    return text;
  }

  /** Looks for a closing tag that has no opening one. */
  #watch(text: string): string | null {
    const at = text.indexOf(closing);
    if (at === -1) {
      const safe = text.length - overlap(text, closing);
      this.#rest = text.slice(safe);
      this.#say(text.slice(0, safe));
      return null;
    }
    this.#say(text.slice(0, at));
    const after = text.slice(at + closing.length);
    if (after.trim() === '' && !after.includes('\n')) {
      this.#rest = text.slice(at);
      return null;
    }
    if (this.#isStray(after)) {
      this.#takeBack();
      return after;
    }
    this.#state = 'literal';
    return text.slice(at);
  }

  /** Whether a closing tag ends a thought, by where it stands: not in code, quotes or JSON, nor within a sentence. */
  #isStray(after: string): boolean {
    const before = this.#content.text;
    if (/^\s*([[{]|```)/.test(before) || isOdd(before, '```') || tags.some(([open]) => before.includes(open))) return false;
    const line = before.slice(before.lastIndexOf('\n') + 1);
    if (isOdd(line, '`') || /["'“‘«(]$/.test(line)) return false;
    if (line.trim() === '' || after === '' || /^[^\S\n]*\n/.test(after)) return true;
    return !/\s$/.test(line) && !/^[\s.,;:!?)"'”’`]/.test(after);
  }

  #takeBack(): void {
    this.#rest = '';
    this.#content.turnTextIntoReasoning();
    if (seenInside.size >= maxSeen) seenInside.clear();
    seenInside.add(this.#model);
    this.#state = 'start';
    this.#hasClosed = true;
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

const isOdd = (text: string, mark: string): boolean => text.split(mark).length % 2 === 0;

/** Characters at the end of a text with which a tag may begin. */
function overlap(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) if (text.endsWith(tag.slice(0, length))) return length;
  return 0;
}
