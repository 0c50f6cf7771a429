import type { Api } from './api.ts';
import { newKey } from './new-key.ts';
import { RequestError } from './request-error.ts';
import { detailOr, texts } from './texts/texts.ts';
import type { Attachment } from './types.ts';

/** Milliseconds between two looks at a file that is read. */
const pollEvery = 1000;

interface Uploaded {
  readonly id: string;
  readonly name: string;
  readonly status: Attachment['status'];
  readonly error: unknown;
}

/** Uploads the files of the next message. One that fails stays in the list, with the reason. */
export class Uploads {
  readonly #api: Api;
  readonly #session: () => Promise<string>;
  readonly #onChange: (change: (all: readonly Attachment[]) => readonly Attachment[]) => void;
  /** Files of the list, to upload them again. */
  readonly #files = new Map<string, File>();
  readonly #removed = new Set<string>();

  constructor(
    api: Api,
    session: () => Promise<string>,
    onChange: (change: (all: readonly Attachment[]) => readonly Attachment[]) => void,
  ) {
    this.#api = api;
    this.#session = session;
    this.#onChange = onChange;
  }

  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const id = `local-${newKey()}`;
      this.#files.set(id, file);
      this.#onChange((all) => [...all, waiting(id, file)]);
      await this.#upload(id, file);
    }
  }

  async retry(id: string): Promise<void> {
    const file = this.#files.get(id);
    if (file === undefined) return;
    this.#put(id, waiting(id, file));
    await this.#upload(id, file);
  }

  remove(id: string): void {
    this.#files.delete(id);
    this.#removed.add(id);
    this.#onChange((all) => all.filter((one) => one.id !== id));
  }

  #put(id: string, changed: Attachment): void {
    this.#onChange((all) => all.map((one) => (one.id === id ? changed : one)));
  }

  async #upload(id: string, file: File): Promise<void> {
    try {
      const body = new FormData();
      body.append('file', file);
      const path = `/sessions/${await this.#session()}/attachments`;
      const uploaded = (await (await this.#api.send('POST', path, { body })).json()) as Uploaded;
      this.#files.delete(id);
      this.#files.set(uploaded.id, file);
      this.#put(id, shown(uploaded));
      await this.#whileRead(uploaded);
    } catch (error) {
      const reason = error instanceof RequestError ? error.message : texts.notUploaded;
      const failed = { ...waiting(id, file), status: 'failed' as const, error: reason };
      this.#put(id, { ...failed, canRetry: this.#files.has(id) });
    }
  }

  async #whileRead(uploaded: Uploaded): Promise<void> {
    let current = uploaded;
    while (current.status === 'processing' && !this.#removed.has(uploaded.id)) {
      await new Promise((resolve) => setTimeout(resolve, pollEvery));
      current = await this.#api
        .json<Uploaded>('GET', `/attachments/${uploaded.id}`)
        .catch((error: unknown) => {
          if (error instanceof RequestError && error.isPassing) return current;
          return { ...uploaded, status: 'failed' as const, error: null };
        });
    }
    this.#put(uploaded.id, shown(current));
  }
}

const waiting = (id: string, { name }: File): Attachment => ({
  ...{ id, name, status: 'uploading', error: null, canRetry: false },
});

const shown = ({ id, name, status, error }: Uploaded): Attachment => ({
  ...{ id, name, status, canRetry: false },
  error:
    status === 'failed' ? detailOr(typeof error === 'string' ? error : null, texts.notRead) : null,
});

/** A file that was uploaded to a conversation that has ended. */
export const notUploaded = (file: Attachment): Attachment => ({
  ...file,
  ...{ status: 'failed', error: texts.notUploaded, canRetry: true },
});
