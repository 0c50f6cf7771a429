import { type Delta, readDelta, textBetween } from '../join-deltas.ts';
import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError, writeReported } from './reported-error.ts';

const blankLine = '\n\n';
const isDone = /^\[done\]$/i;
/** Maximum characters of an event. */
const maxEventChars = 32_000_000;

/**
 * Reads the events of a stream in pieces and returns them as a provider package expects them. Valid
 * events pass unchanged: a text delta that differs from a valid one only in its text is not parsed.
 */
export class EventNormalizer {
  readonly #dialect: Dialect;
  #rest = '';
  #good: Delta | null = null;
  #hasBegun = false;
  #hasAnswered = false;
  #isDocument = false;
  #isOver = false;
  #isDone = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Returns the corrected events that a piece completes; empty when there are none. */
  push(piece: string): string {
    const all = this.#normalizeLines(this.#rest + piece);
    if (!this.#hasBegun) this.#begin(all);
    const end = this.#isDocument ? -1 : all.lastIndexOf(blankLine);
    this.#rest = end === -1 ? all : all.slice(end + blankLine.length);
    if (this.#rest.length > maxEventChars) throw new Error('An event of the stream is too long.');
    return end === -1 ? '' : this.#normalize(all.slice(0, end + blankLine.length));
  }

  /** Returns the events after the last blank line, and those missing at an end that the server marked. */
  end(): string {
    const rest = this.#normalizeLines(this.#rest, true);
    this.#rest = '';
    if (this.#isDocument) return this.#guarded(() => this.#readDocument(rest));
    // An incomplete event is dropped.
    const last = isWholeEvent(rest) ? this.#normalize(rest.trimEnd() + blankLine) : '';
    return last + (this.#dialect.hasEnded === true && !this.#isOver ? this.#finish() : '');
  }

  /** Detects a JSON document, which begins with a bracket; an event stream begins with a field name or a comment. */
  #begin(text: string): void {
    const first = text.trimStart()[0];
    this.#hasBegun = first !== undefined;
    this.#isDocument = first === '{' || first === '[';
  }

  /** Writes a reported error as an error event. Everything after it is ignored. */
  #guarded(normalize: () => string): string {
    if (this.#isOver) return '';
    try {
      return normalize();
    } catch (error) {
      if (!(error instanceof ReportedError)) throw error;
      this.#isOver = true;
      this.#good = null;
      const message = writeReported(error, !this.#hasAnswered);
      return this.#write([this.#dialect.errorEvent(message)]);
    }
  }

  /** Converts a JSON document that was sent instead of a stream. */
  #readDocument(text: string): string {
    const value = parse(text.replace(/^\ufeff/, '')) ?? documentsIn(text);
    const error = errorIn(value);
    if (error !== undefined) throw new ReportedError(error);
    const list = (Array.isArray(value) ? value : [value]).filter(isData);
    if (list.length < 2) return this.#write(list.flatMap((one) => this.#dialect.fromWhole(one)));
    return this.#write(list.flatMap((one) => this.#dialect.normalize(one))) + this.#finish();
  }

  /** Normalizes line ends to LF. A CR at the end of a piece may be half of a CRLF. */
  #normalizeLines(text: string, isLast = false): string {
    if (!text.includes('\r')) return text;
    const isOpen = !isLast && text.endsWith('\r');
    const lines = (isOpen ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
    return isOpen ? `${lines}\r` : lines;
  }

  #normalize(whole: string): string {
    const events = whole.split(blankLine);
    events.pop();
    let isChanged = false;
    let text = '';
    for (const event of events) {
      const good =
        this.#isGood(event) && !this.#isDone
          ? event
          : this.#guarded(() => this.#normalizeEvent(event));
      isChanged ||= good !== event;
      text += this.#whole(good);
    }
    return isChanged ? text : whole;
  }

  #isGood(event: string): boolean {
    return this.#good !== null && textBetween(event, this.#good) !== null;
  }

  /** Returns the event, its replacements (each with its blank line), or an empty string. */
  #normalizeEvent(event: string): string {
    const { data, lines, name } = fieldsOf(event);
    if (data === null) return event;
    if (isDone.test(data)) {
      const missing = this.#finish();
      return data === '[DONE]' && missing === '' ? event : `${missing}data: [DONE]${blankLine}`;
    }
    // Keep-alives and other lines without JSON.
    if (!/^[[{]/.test(data)) return '';
    const value = parse(data);
    // Events that are not separated by blank lines.
    if (
      value === undefined &&
      lines.length > 1 &&
      lines.every((line) => isDone.test(line) || parse(line) !== undefined)
    )
      return lines.map((line) => this.#whole(this.#normalizeEvent(`data: ${line}`))).join('');
    // An incomplete event is left to the package, which reports it.
    if (value === undefined) return this.#isDone ? '' : event;
    const list = Array.isArray(value) ? value : [value];
    const given = list
      .filter(isData)
      .map((one) => (name === 'error' && one.error === undefined ? { error: one } : one));
    const normalized = (this.#isDone ? given.flatMap(usageOf) : given).flatMap((one) =>
      this.#dialect.normalize(one),
    );
    if (normalized.length > 0) this.#hasAnswered = true;
    if (normalized.length === 1 && normalized[0] === value) {
      this.#good = readDelta(event) ?? this.#good;
      return event;
    }
    return this.#write(normalized);
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

/** Parses an event as in https://html.spec.whatwg.org/multipage/server-sent-events.html. */
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

/** Parses a text with one JSON document per line. */
const documentsIn = (text: string): unknown[] =>
  text.split('\n').map((line) => parse(line.replace(/^data:/, '')));

/** Returns the usage of an event, which may follow the mark of an end. */
const usageOf = ({ choices: _choices, error: _error, ...data }: Data): Data[] =>
  isData(data.usage) ? [data] : [];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
