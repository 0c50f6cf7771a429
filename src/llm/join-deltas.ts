/** The JSON that precedes the text of a delta: OpenAI-compatible chat completions, and Anthropic's messages. */
const beforeText =
  /"delta": ?\{(?:"role": ?"assistant", ?)?(?:"content": ?null, ?)?"(?:content|reasoning_content|reasoning)": ?"|"type":"text_delta","text":"/;
const firstText = new RegExp(`(?:${beforeText.source})[^"]`);
const jsonText = /^(?:[^"\\]|\\.)*$/s;
const blankLine = '\n\n';

/** Interval within which consecutive text deltas are joined, in milliseconds. */
const joinWindowMs = 4;

/** Receives the text of a stream. A failure of `text` or `end` ends the stream with it. */
export interface TextSink {
  readonly text: (text: string) => void;
  readonly end: () => void;
  readonly error: (reason: unknown) => void;
  /** True when reading should pause until `resume`. */
  readonly isFull: () => boolean;
}

/**
 * Reads a stream of events as text, and joins those that arrive at about the same time and differ
 * only in their text into one event, since a provider package spends more time on an event than on
 * its text. The first text and text that arrives alone are not delayed. Other events pass unchanged.
 */
export class DeltaJoiner {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #sink: TextSink;
  readonly #now: () => number;
  readonly #decoder = new TextDecoder();
  #gathered = '';
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isPaused = false;
  #isOver = false;
  /** Time at which text was last passed on; null before the first. */
  #text_at: number | null = null;
  /** True when the text passed on ends with a complete event, or a complete line. */
  #isBetweenEvents = true;
  #isBetweenLines = true;

  constructor(body: ReadableStream<Uint8Array>, sink: TextSink, now: () => number) {
    this.#reader = body.getReader();
    this.#sink = sink;
    this.#now = now;
  }

  read(): void {
    this.#reader.read().then(
      ({ done, value }) => (done ? this.#end() : this.#take(value)),
      (reason: unknown) => {
        this.#flush();
        this.#fail(reason);
      },
    );
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.read();
  }

  cancel(reason: unknown): Promise<void> {
    this.#stop();
    return this.#reader.cancel(reason);
  }

  #end(): void {
    this.#gathered += this.#decoder.decode();
    this.#flush();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#guarded(() => this.#sink.end());
  }

  #take(piece: Uint8Array): void {
    if (this.#isOver) return;
    this.#gathered += this.#decoder.decode(piece, { stream: true });
    const wait = this.#text_at === null ? 0 : this.#text_at + joinWindowMs - this.#now();
    if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
    this.#isPaused = this.#sink.isFull();
    if (!this.#isPaused && !this.#isOver) this.read();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const piece = this.#gathered;
    if (piece === '' || this.#isOver) return;
    this.#gathered = '';
    if (this.#text_at !== null || firstText.test(piece)) this.#text_at = this.#now();
    const isBetween = this.#isBetweenEvents;
    for (const character of piece.slice(-2)) {
      this.#isBetweenEvents = this.#isBetweenLines && character === '\n';
      this.#isBetweenLines = character === '\n';
    }
    this.#guarded(() => this.#sink.text(joinPiece(piece, isBetween)));
  }

  #guarded(use: () => void): void {
    try {
      use();
    } catch (reason) {
      this.#fail(reason);
      void this.#reader.cancel(reason).catch(() => undefined);
    }
  }

  #fail(reason: unknown): void {
    this.#stop();
    this.#sink.error(reason);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isOver = true;
    this.#gathered = '';
  }
}

/** Joins the text deltas in a piece of a stream. `isBetweenEvents` is true when the piece begins with an event. */
export function joinPiece(piece: string, isBetweenEvents: boolean): string {
  const start = isBetweenEvents ? 0 : behind(piece.indexOf(blankLine));
  const end = behind(piece.lastIndexOf(blankLine));
  if (start === -1 || end <= start) return piece;
  const events = piece.slice(start, end).split(blankLine);
  // The last element is the empty string after the last blank line.
  events.pop();
  const joined = joinEvents(events);
  if (joined.length === events.length) return piece;
  return piece.slice(0, start) + joined.join(blankLine) + blankLine + piece.slice(end);
}

const behind = (blank: number): number => (blank === -1 ? -1 : blank + blankLine.length);

/** An event split at its text, which is JSON without its quotes. */
export interface Delta {
  readonly before: string;
  readonly text: string;
  readonly after: string;
}

/** Joins the texts of consecutive events in their escaped form: JSON strings can be concatenated. */
function joinEvents(events: readonly string[]): string[] {
  const joined: string[] = [];
  let last = null as Delta | null;
  for (const event of events) {
    const delta: Delta | null =
      last === null ? readDelta(event) : (readLike(event, last) ?? readDelta(event));
    if (
      last !== null &&
      delta !== null &&
      delta.before === last.before &&
      delta.after === last.after
    ) {
      last = { before: last.before, text: last.text + delta.text, after: last.after };
      continue;
    }
    if (last !== null) joined.push(last.before + last.text + last.after);
    if (delta === null) joined.push(event);
    last = delta;
  }
  if (last !== null) joined.push(last.before + last.text + last.after);
  return joined;
}

/** Reads an event that equals the last one apart from its text, without a search; null when it differs. */
function readLike(event: string, last: Delta): Delta | null {
  const text = textBetween(event, last);
  return text === null ? null : { before: last.before, text, after: last.after };
}

/** Returns the text of an event that equals another apart from its text; null when it differs. */
export function textBetween(event: string, { before, after }: Delta): string | null {
  if (
    event.length < before.length + after.length ||
    !event.startsWith(before) ||
    !event.endsWith(after)
  )
    return null;
  const text = event.slice(before.length, event.length - after.length);
  return jsonText.test(text) ? text : null;
}

export function readDelta(event: string): Delta | null {
  const found = beforeText.exec(event);
  if (found === null) return null;
  const start = found.index + found[0].length;
  let end = start;
  while (end < event.length && event[end] !== '"') end += event[end] === '\\' ? 2 : 1;
  return end >= event.length
    ? null
    : { before: event.slice(0, start), text: event.slice(start, end), after: event.slice(end) };
}
