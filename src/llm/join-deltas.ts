import type { Fetch } from '../platform/ports.ts';

/** The JSON that precedes the text of a delta: OpenAI-compatible chat completions, and Anthropic's messages. */
const beforeText =
  /"delta": ?\{(?:"role": ?"assistant", ?)?(?:"content": ?null, ?)?"(?:content|reasoning_content|reasoning)": ?"|"type":"text_delta","text":"/;
const firstText = new RegExp(`(?:${beforeText.source})[^"]`);
const jsonText = /^(?:[^"\\]|\\.)*$/s;
const blankLine = '\n\n';
const newLine = 10;

/** Interval within which consecutive text deltas are joined, in milliseconds. */
const joinWindowMs = 4;
/** Maximum number of pieces that are buffered for the provider package before reading pauses. */
const maxBuffered = 16;

/**
 * Joins streamed events that arrive at about the same time and differ only in their text into one
 * event, since a provider package spends more time on an event than on its text. The first text and
 * text that arrives alone are not delayed. Other events pass unchanged.
 */
export const joinDeltas =
  (send: Fetch, now: () => number): Fetch =>
  async (input, init) => {
    const response = await send(input, init);
    if (
      response.body === null ||
      response.headers.get('content-type')?.includes('text/event-stream') !== true
    )
      return response;
    const { status, statusText, headers } = response;
    return new Response(joined(response.body, now), { status, statusText, headers });
  };

function joined(body: ReadableStream<Uint8Array>, now: () => number): ReadableStream<Uint8Array> {
  let joiner: Joiner;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      joiner = new Joiner(body.getReader(), controller, now);
      joiner.read();
    },
    pull: () => joiner.resume(),
    cancel: (reason) => joiner.cancel(reason),
  });
}

class Joiner {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #now: () => number;
  #gathered: Uint8Array[] = [];
  #size = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isPaused = false;
  #isOver = false;
  /** Time at which text was last passed on; null before the first. */
  #text_at: number | null = null;
  /** True when the bytes passed on end with a complete event, or a complete line. */
  #isBetweenEvents = true;
  #isBetweenLines = true;

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    controller: ReadableStreamDefaultController<Uint8Array>,
    now: () => number,
  ) {
    this.#reader = reader;
    this.#controller = controller;
    this.#now = now;
  }

  read(): void {
    this.#reader.read().then(
      ({ done, value }) => (done ? this.#end() : this.#take(value)),
      (error: unknown) => {
        this.#flush();
        this.#isOver = true;
        this.#controller.error(error);
      },
    );
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.read();
  }

  cancel(reason: unknown): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#isOver = true;
    this.#gathered = [];
    this.#size = 0;
    return this.#reader.cancel(reason);
  }

  #end(): void {
    this.#flush();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller.close();
  }

  #take(piece: Uint8Array): void {
    if (this.#isOver) return;
    this.#gathered.push(piece);
    this.#size += piece.byteLength;
    const wait = this.#text_at === null ? 0 : this.#text_at + joinWindowMs - this.#now();
    if (wait <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), wait);
    this.#isPaused = (this.#controller.desiredSize ?? 0) <= -maxBuffered;
    if (!this.#isPaused) this.read();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#size === 0 || this.#isOver) return;
    const piece =
      this.#gathered.length === 1
        ? (this.#gathered[0] as Uint8Array)
        : concat(this.#gathered, this.#size);
    this.#gathered = [];
    this.#size = 0;
    if (this.#text_at !== null || firstText.test(decoder.decode(piece)))
      this.#text_at = this.#now();
    this.#controller.enqueue(joinPiece(piece, this.#isBetweenEvents));
    for (const byte of piece.subarray(-2)) {
      this.#isBetweenEvents = this.#isBetweenLines && byte === newLine;
      this.#isBetweenLines = byte === newLine;
    }
  }
}

function concat(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Joins the text deltas in a piece of a stream. `isBetweenEvents` is true when the piece begins with an event. */
export function joinPiece(piece: Uint8Array, isBetweenEvents: boolean): Uint8Array {
  const start = isBetweenEvents ? 0 : afterBlankLine(piece);
  const end = afterLastBlankLine(piece);
  if (start === -1 || end <= start) return piece;
  const events = decoder.decode(piece.subarray(start, end)).split(blankLine);
  // The last element is the empty string after the last blank line.
  events.pop();
  const joined = joinEvents(events);
  if (joined.length === events.length) return piece;
  const middle = encoder.encode(joined.join(blankLine) + blankLine);
  const whole = new Uint8Array(start + middle.byteLength + piece.byteLength - end);
  whole.set(piece.subarray(0, start));
  whole.set(middle, start);
  whole.set(piece.subarray(end), start + middle.byteLength);
  return whole;
}

function afterBlankLine(piece: Uint8Array): number {
  for (let at = piece.indexOf(newLine); at !== -1; at = piece.indexOf(newLine, at + 1))
    if (piece[at + 1] === newLine) return at + 2;
  return -1;
}

function afterLastBlankLine(piece: Uint8Array): number {
  for (let at = piece.lastIndexOf(newLine); at > 0; at = piece.lastIndexOf(newLine, at - 1))
    if (piece[at - 1] === newLine) return at + 1;
  return -1;
}

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
