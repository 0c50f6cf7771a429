import type { Api } from './api.ts';
import type { CitedPage } from './types.ts';

/** The citation whose page is shown. */
export class OpenCitation {
  readonly #api: Api;
  readonly #change: (to: (open: CitedPage | null) => CitedPage | null) => void;
  #read: (() => Promise<CitedPage>) | null = null;

  constructor(api: Api, change: (to: (open: CitedPage | null) => CitedPage | null) => void) {
    this.#api = api;
    this.#change = change;
  }

  async open(message: string, number: number): Promise<void> {
    const read = () => this.#api.json<CitedPage>('GET', `/messages/${message}/citations/${number}`);
    const page = await read();
    this.#read = read;
    this.#change(() => page);
  }

  /** Gets another link to the document, since one is valid for some minutes only; without one, removes it. */
  async renew(): Promise<void> {
    const page = await this.#read?.().catch(() => null);
    this.#change((open) => open && { ...open, document: page?.document ?? null });
  }

  close(): void {
    this.#read = null;
    this.#change(() => null);
  }
}
