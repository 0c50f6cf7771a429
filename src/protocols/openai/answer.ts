import type { Message } from '../../runs/index.ts';

/** A call of a client tool. It ended the run; the caller sends its result in a later request. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON text. */
  readonly arguments: string;
}

export const clientCallsOf = ({
  parts,
  run,
}: Pick<Message, 'parts'> & Partial<Pick<Message, 'run'>>): ClientCall[] =>
  // The calls of a run that waits are those of the agent.
  parts.flatMap((part) =>
    part.type === 'tool-call' && run?.status !== 'requires_action'
      ? [
          {
            id: part.tool_call_id,
            name: part.tool_name,
            arguments: JSON.stringify(part.input ?? {}),
          },
        ]
      : [],
  );

/** A citation with its marker and the offset of the marker in the text. */
export interface Cited {
  readonly citation: Message['citations'][number];
  readonly marker: string;
  readonly index: number;
}

/** Locates the markers of citations. The nth citation of a number belongs to the nth marker with that number. */
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

/** Joins the text of several steps as the stored message does: with a blank line, without white space before it. */
export class JoinedText {
  #text = '';
  #held = '';
  #isNewPart = false;

  /** The text that has been returned so far. */
  get text(): string {
    return this.#text;
  }

  beginPart(): void {
    this.#isNewPart = this.#text + this.#held !== '';
  }

  /** Adds a delta and returns the text that can be sent now. Trailing white space is held back. */
  push(delta: string): string {
    const whole = this.#isNewPart ? `\n\n${delta}` : this.#held + delta;
    this.#isNewPart = false;
    const kept = whole.trimEnd().length;
    this.#held = whole.slice(kept);
    return this.#out(whole.slice(0, kept));
  }

  /** Returns the text that was held back. */
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
