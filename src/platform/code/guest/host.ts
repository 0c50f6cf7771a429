/** The runner, as code inside the sandbox reaches it. Only plain text and bytes cross the border. */
export interface GuestHost {
  /** The input as JSON. */
  readonly input: string;
  /** Names of the files that can be read. */
  readonly names: readonly string[];
  readText(name: string): string;
  readBytes(name: string): Uint8Array;
  /** Adds a line of the console. */
  log(level: string, text: string): void;
  /** Adds a file. Throws when it is refused. */
  write(name: string, content: string | Uint8Array): void;
}

/** Outcome of a run, which leaves the sandbox as JSON. */
export type GuestOutcome = { readonly result: unknown } | { readonly error: GuestError };

export interface GuestError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}
