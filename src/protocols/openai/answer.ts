import type { Message } from '../../runs/index.ts';

/** A call of one of the caller's own tools: it ended the run, and its result is the caller's to bring. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export const clientCallsOf = ({ parts }: Pick<Message, 'parts'>): ClientCall[] =>
  parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: part.tool_call_id,
            name: part.tool_name,
            arguments: JSON.stringify(part.input ?? {}),
          },
        ]
      : [],
  );

/** A citation, with where its marker stands in the text. */
export interface Cited {
  readonly citation: Message['citations'][number];
  readonly marker: string;
  readonly index: number;
}

/** The nth citation of a number belongs to the nth place where the number stands. */
export function citedIn({ text, citations }: Pick<Message, 'text' | 'citations'>): Cited[] {
  const seen = new Map<string, number>();
  return citations.map((citation) => {
    const marker = `[${citation.number}]`;
    const before = seen.get(marker) ?? -1;
    const next = text.indexOf(marker, before + 1);
    const index = Math.max(0, next < 0 ? before : next);
    seen.set(marker, index);
    return { citation, marker, index };
  });
}

/** Joins what is said in different rounds as the stored message does: by a blank line, without spaces before it. */
export class Joined {
  #text = '';
  #held = '';
  #isNewPart = false;

  /** All that has been given out. */
  get text(): string {
    return this.#text;
  }

  beginPart(): void {
    this.#isNewPart = this.#text + this.#held !== '';
  }

  /** What can be given out now. */
  push(delta: string): string {
    const whole = this.#isNewPart ? `\n\n${delta}` : this.#held + delta;
    this.#isNewPart = false;
    const kept = whole.trimEnd().length;
    this.#held = whole.slice(kept);
    return this.#out(whole.slice(0, kept));
  }

  end(): string {
    const rest = this.#held;
    this.#held = '';
    return this.#out(rest);
  }

  #out(text: string): string {
    this.#text += text;
    return text;
  }
}
