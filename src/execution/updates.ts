/** Values that work in the background reports, in order, until it has ended. */
export class Updates<Value> {
  readonly #values: Value[] = [];
  #wake = (): void => undefined;

  push(value: Value): void {
    this.#values.push(value);
    this.#wake();
  }

  /** Yields what is reported while the work runs, and returns its result. */
  async *during<Result>(work: Promise<Result>): AsyncGenerator<Value, Result> {
    let isDone = false;
    const end = () => {
      isDone = true;
      this.#wake();
    };
    work.then(end, end);
    for (;;) {
      yield* this.#values.splice(0);
      if (isDone) return work;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (isDone || this.#values.length > 0) resolve();
      });
    }
  }
}
