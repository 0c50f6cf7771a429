const start = /"reply"\s*:\s*"/;
/** Characters of a reply that are decoded while it arrives. */
const maxChars = 16_000;

/** Decodes the `reply` of a JSON answer while it arrives. */
export class PartialReply {
  #raw = '';
  #from = -1;
  #sent = '';
  #isOver = false;

  /** Takes a part of the JSON, and returns the text of the reply that it adds. */
  push(delta: string): string {
    if (this.#isOver) return '';
    this.#raw += delta;
    if (this.#from < 0) {
      const match = start.exec(this.#raw);
      if (match === null) {
        this.#isOver = this.#raw.length > maxChars;
        return '';
      }
      this.#from = match.index + match[0].length;
    }
    const [inner = ''] =
      /^(?:[^"\\]|\\(?:u[\da-fA-F]{4}|[^u]))*/.exec(this.#raw.slice(this.#from)) ?? [];
    this.#isOver = this.#raw[this.#from + inner.length] === '"' || inner.length > maxChars;
    const text = decode(inner);
    // The second half of a surrogate pair may follow.
    const whole = text?.replace(/[\ud800-\udbff]$/, '') ?? this.#sent;
    if (!whole.startsWith(this.#sent)) return '';
    const added = whole.slice(this.#sent.length);
    this.#sent = whole;
    return added;
  }

  /** Nothing more of the reply is decoded. */
  close(): void {
    this.#isOver = true;
  }
}

function decode(inner: string): string | null {
  try {
    return JSON.parse(`"${inner}"`) as string;
  } catch {
    return null;
  }
}
