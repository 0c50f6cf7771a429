import type { Kept } from './kept.ts';
import { newKey } from './new-key.ts';

/** How a request ended that the server has not accepted: whether it `surely` had no effect. */
export type Refusal = 'surely' | 'uncertain';

/** What is written and not accepted by the server, which a reload keeps. */
export class Unsent {
  readonly #kept: Kept;
  /** What is being sent. */
  #text = '';
  /** The request that may have arrived although it failed: sent again, it joins the first. */
  #uncertain: { readonly sent: string; readonly key: string } | null = null;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /** Keeps what is in the field, behind what is being sent. */
  keep(field: string): void {
    const draft = joined(this.#text, field);
    this.#kept.change({ draft: draft === '' ? undefined : draft });
  }

  /** Returns the key of a request. */
  begin(text: string, body: object): string {
    this.#text = text;
    const { sent, key } = this.#uncertain ?? {};
    return key !== undefined && sent === JSON.stringify(body) ? key : newKey();
  }

  /** Returns true for the first sign that the request has arrived. */
  accept(): boolean {
    const isFirst = this.#text !== '';
    this.#text = '';
    return isFirst;
  }

  end(body: object, key: string, refused: Refusal | null): void {
    this.#text = '';
    this.#uncertain = refused === 'uncertain' ? { sent: JSON.stringify(body), key } : null;
  }
}

export const joined = (...written: readonly string[]): string =>
  written.filter((text) => text !== '').join('\n\n');
