/** Milliseconds between two looks while a person answers. */
const soon = 4000;
/** The same while the agent answers, since a person can take over at any time. */
const later = 30_000;
/** Times to look while nothing happens. */
const maxIdle = 20;

/** Looks for messages of a person, while the page is visible. */
export class Watch {
  readonly #look: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #idle = 0;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Begins to look, or goes on. */
  start(isHuman: boolean): void {
    if (isHuman) this.#idle = 0;
    this.stop();
    if (this.#idle >= maxIdle) return;
    this.#timer = setTimeout(() => this.#tick(isHuman), isHuman ? soon : later);
  }

  /** Looks for longer, since something happens. */
  wake(): void {
    this.#idle = 0;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tick(isHuman: boolean): Promise<void> {
    this.#timer = null;
    this.#idle += 1;
    if (!document.hidden) await this.#look().catch(() => undefined);
    // A look that has read the conversation has started the next one.
    if (this.#timer === null) this.start(isHuman);
  }
}
