import { type Delta, readDelta, textBetween } from '../join-deltas.ts';
import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError, writeReported } from './reported-error.ts';

const blankLine = '\n\n';
const isDone = /^\[done\]$/i;
const encoder = new TextEncoder();
/** An event that is longer than this is no event. */
const maxEvent = 32_000_000;

/**
 * Reads the events of a stream in pieces and gives them on as a provider package expects them. What
 * nothing is wrong with goes on as the bytes that it came in: a delta of text that differs from one that
 * was found good in nothing but its text is not parsed.
 */
export class EventMender {
  readonly #dialect: Dialect;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #good: Delta | null = null;
  #hasBegun = false;
  #hasGiven = false;
  #hasAnswered = false;
  #isDocument = false;
  #isOver = false;
  #isDone = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** null where there is nothing to give on yet. */
  push(piece: Uint8Array): Uint8Array | null {
    const text = this.#decoder.decode(piece, { stream: true });
    const before = this.#rest;
    const all = this.#unified(before + text);
    if (!this.#hasBegun) this.#begin(all);
    const end = this.#isDocument ? -1 : all.lastIndexOf(blankLine);
    this.#rest = end === -1 ? all : all.slice(end + blankLine.length);
    if (this.#rest.length > maxEvent) throw new Error('An event of the stream is too long.');
    if (end === -1) return null;
    const mended = this.#mend(all.slice(0, end + blankLine.length));
    // A byte order mark is gone from the text: only what is as long as its bytes say can be as it came.
    if (before === '' && this.#rest === '' && mended === text && this.#hasGiven) return piece;
    return this.#give(mended);
  }

  /** What came after the last blank line, and what the server did not say at an end that it marked. */
  end(): Uint8Array | null {
    const rest = this.#unified(this.#rest + this.#decoder.decode(), true);
    this.#rest = '';
    if (this.#isDocument) return this.#give(this.#guarded(() => this.#readDocument(rest)));
    // An event that was cut off in the middle is none.
    const last = isWholeEvent(rest) ? this.#mend(rest.trimEnd() + blankLine) : '';
    return this.#give(
      last + (this.#dialect.hasEnded === true && !this.#isOver ? this.#finish() : ''),
    );
  }

  /** An event stream begins with a field's name or a comment; a JSON document never does. */
  #begin(text: string): void {
    const first = text.trimStart()[0];
    this.#hasBegun = first !== undefined;
    this.#isDocument = first === '{' || first === '[';
  }

  #give(text: string): Uint8Array | null {
    if (text === '') return null;
    this.#hasGiven = true;
    return encoder.encode(text);
  }

  /** An error ends what is read: it is written behind what came before it. */
  #guarded(mend: () => string): string {
    if (this.#isOver) return '';
    try {
      return mend();
    } catch (error) {
      if (!(error instanceof ReportedError)) throw error;
      this.#isOver = true;
      this.#good = null;
      const message = writeReported(error, !this.#hasAnswered);
      return this.#write([this.#dialect.errorEvent(message)]);
    }
  }

  /** A whole answer, in answer to a request for a stream. */
  #readDocument(text: string): string {
    const value = parse(text.replace(/^\ufeff/, '')) ?? documentsIn(text);
    const error = errorIn(value);
    if (error !== undefined) throw new ReportedError(error);
    const list = (Array.isArray(value) ? value : [value]).filter(isData);
    if (list.length < 2) return this.#write(list.flatMap((one) => this.#dialect.fromWhole(one)));
    return this.#write(list.flatMap((one) => this.#dialect.mend(one))) + this.#finish();
  }

  /** Lines end with LF. A CR at the very end may be half of a CRLF. */
  #unified(text: string, isLast = false): string {
    if (!text.includes('\r')) return text;
    const isOpen = !isLast && text.endsWith('\r');
    const lines = (isOpen ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
    return isOpen ? `${lines}\r` : lines;
  }

  #mend(whole: string): string {
    const events = whole.split(blankLine);
    events.pop();
    let isChanged = false;
    let text = '';
    for (const event of events) {
      const good =
        this.#isGood(event) && !this.#isDone ? event : this.#guarded(() => this.#mendEvent(event));
      isChanged ||= good !== event;
      text += this.#whole(good);
    }
    return isChanged ? text : whole;
  }

  #isGood(event: string): boolean {
    return this.#good !== null && textBetween(event, this.#good) !== null;
  }

  /** The event itself, others in its place (each with its blank line), or nothing. */
  #mendEvent(event: string): string {
    const { data, lines, name } = fieldsOf(event);
    if (data === null) return event;
    if (isDone.test(data)) {
      const missing = this.#finish();
      return data === '[DONE]' && missing === '' ? event : `${missing}data: [DONE]${blankLine}`;
    }
    // Signs of life and other lines that are no data.
    if (!/^[[{]/.test(data)) return '';
    const value = parse(data);
    // Events without the blank lines between them.
    if (
      value === undefined &&
      lines.length > 1 &&
      lines.every((line) => isDone.test(line) || parse(line) !== undefined)
    )
      return lines.map((line) => this.#whole(this.#mendEvent(`data: ${line}`))).join('');
    // Half an event: the package says what is wrong with it.
    if (value === undefined) return this.#isDone ? '' : event;
    const list = Array.isArray(value) ? value : [value];
    const given = list
      .filter(isData)
      .map((one) => (name === 'error' && one.error === undefined ? { error: one } : one));
    const mended = (this.#isDone ? given.flatMap(usageOf) : given).flatMap((one) =>
      this.#dialect.mend(one),
    );
    if (mended.length > 0) this.#hasAnswered = true;
    if (mended.length === 1 && mended[0] === value) {
      this.#good = readDelta(event) ?? this.#good;
      return event;
    }
    return this.#write(mended);
  }

  #whole(event: string): string {
    return event === '' || event.endsWith(blankLine) ? event : event + blankLine;
  }

  #finish(): string {
    if (this.#isDone) return '';
    this.#isDone = true;
    return this.#write(this.#dialect.atEnd());
  }

  #write(list: readonly Data[]): string {
    return list.map((data) => writeEvent(data, this.#dialect)).join('');
  }
}

const writeEvent = (data: Data, { has_event_names }: Dialect): string =>
  `${has_event_names && typeof data.type === 'string' ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}${blankLine}`;

/** As https://html.spec.whatwg.org/multipage/server-sent-events.html reads them. */
function fieldsOf(event: string): {
  readonly data: string | null;
  readonly lines: readonly string[];
  readonly name: string | null;
} {
  const lines: string[] = [];
  let name: string | null = null;
  for (const line of event.split('\n')) {
    const field = /^(data|event)(?:: ?(.*))?$/s.exec(line);
    if (field === null) continue;
    const [, key, value = ''] = field;
    if (key === 'event') name = value.trim();
    else lines.push(value.trim());
  }
  return {
    data: lines.length === 0 ? null : lines.join('\n').trim(),
    lines: lines.filter((line) => line !== ''),
    name,
  };
}

function isWholeEvent(event: string): boolean {
  const { data, lines } = fieldsOf(event);
  if (data === null) return false;
  return [[data], lines].some((given) =>
    given.every((line) => isDone.test(line) || parse(line) !== undefined),
  );
}

/** One document a line. */
const documentsIn = (text: string): unknown[] =>
  text.split('\n').map((line) => parse(line.replace(/^data:/, '')));

/** What may still come behind the mark of an end. */
const usageOf = ({ choices: _said, error: _error, ...data }: Data): Data[] =>
  isData(data.usage) ? [data] : [];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
