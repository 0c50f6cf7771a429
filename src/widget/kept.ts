/** What the browser keeps between visits. */
export interface KeptValues {
  readonly refresh_token?: string | undefined;
  /** The visitor whose session it is. */
  readonly visitor?: string | undefined;
  readonly session?: string | undefined;
  /** What was written and not sent. */
  readonly draft?: string | undefined;
}

/** Keeps values of a link in the storage of the page, or only as long as the page where that is refused. */
export class Kept {
  readonly #name: string;
  #values: KeptValues;

  constructor(link: string) {
    this.#name = `agentgrid:${link}`;
    this.#values = read(this.#name);
  }

  get values(): KeptValues {
    return this.#values;
  }

  change(changes: KeptValues): void {
    this.#values = { ...this.#values, ...changes };
    try {
      localStorage.setItem(this.#name, JSON.stringify(this.#values));
    } catch {
      // Storage is refused or full: the visit ends with the page.
    }
  }
}

function read(name: string): KeptValues {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as KeptValues;
  } catch {
    return {};
  }
}
