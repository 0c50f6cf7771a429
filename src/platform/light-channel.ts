export type Read<Out> =
  | { readonly done: false; readonly value: Out }
  | { readonly done: true; readonly value: undefined };

/** The controller of a readable or a transform stream, as its producer uses it. */
export interface Controller<Out> {
  readonly desiredSize: number | null;
  /** True while nothing is queued and more may come. */
  readonly isEmpty: boolean;
  readonly isOver: boolean;
  enqueue(chunk: Out): void;
  close(): void;
  terminate(): void;
  error(reason: unknown): void;
}

/** Called to produce chunks, when a reader waits for one. It may also enqueue them later. */
export interface Producer<Out> {
  readonly start?: ((controller: Controller<Out>) => unknown) | undefined;
  readonly pull?: ((controller: Controller<Out>) => unknown) | undefined;
  readonly cancel?: ((reason: unknown) => unknown) | undefined;
  readonly type?: 'bytes' | undefined;
}

/** A queue between one producer and one reader. */
export class Channel<Out> implements Controller<Out> {
  readonly #producer: Producer<Out>;
  readonly #capacity: number;
  readonly #queue: Out[] = [];
  #waiting: (() => void)[] = [];
  #isPulling = false;
  /** True when a reader came to an empty queue while the producer was still producing. */
  #isPulledAgain = false;
  #isClosed = false;
  #failure: { readonly reason: unknown } | null = null;

  constructor(producer: Producer<Out>, capacity: number) {
    this.#producer = producer;
    this.#capacity = capacity;
    const started = producer.start?.(this);
    if (started instanceof Promise) started.catch((reason: unknown) => this.error(reason));
  }

  get desiredSize(): number | null {
    if (this.#failure !== null) return null;
    return this.#isClosed ? 0 : this.#capacity - this.#queue.length;
  }

  enqueue(chunk: Out): void {
    if (this.isOver) throw new TypeError('The stream is closed.');
    this.#queue.push(chunk);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  terminate(): void {
    this.close();
  }

  /** The chunks before the failure are still delivered. */
  error(reason: unknown): void {
    if (this.isOver) return;
    this.#failure = { reason };
    this.#wake();
  }

  async read(): Promise<Read<Out>> {
    for (;;) {
      if (this.#queue.length > 0) return { done: false, value: this.#take() };
      if (this.#failure !== null) throw this.#failure.reason;
      if (this.#isClosed) return { done: true, value: undefined };
      if (this.#pull()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves once the channel is closed and read to its end. Rejects with the failure of the producer. */
  async ended(): Promise<void> {
    while (this.#queue.length > 0 || !this.isOver)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure !== null) throw this.#failure.reason;
  }

  async cancel(reason: unknown): Promise<void> {
    const isDone = this.#failure !== null || (this.#isClosed && this.#queue.length === 0);
    this.#queue.length = 0;
    this.close();
    if (!isDone) await this.#producer.cancel?.(reason);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0 && !this.isOver;
  }

  get isOver(): boolean {
    return this.#isClosed || this.#failure !== null;
  }

  #take(): Out {
    const chunk = this.#queue.shift() as Out;
    if (this.isOver && this.#queue.length === 0) this.#wake();
    return chunk;
  }

  /** Returns true when there is nothing to read yet. */
  #pull(): boolean {
    if (this.#isPulling) this.#isPulledAgain = true;
    else if (this.#producer.pull !== undefined) {
      this.#isPulling = true;
      try {
        const pulled = this.#producer.pull(this);
        if (pulled instanceof Promise) pulled.then(this.#pulled, this.#pullFailed);
        else this.#isPulling = false;
      } catch (reason) {
        this.#pullFailed(reason);
      }
    }
    return this.isEmpty;
  }

  readonly #pulled = (): void => {
    this.#isPulling = false;
    const isPulledAgain = this.#isPulledAgain;
    this.#isPulledAgain = false;
    if (isPulledAgain) this.#wake();
  };

  readonly #pullFailed = (reason: unknown): void => {
    this.#isPulling = false;
    this.error(reason);
  };

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
