/** Sources of content of third parties with the host that returned it; null where there is not exactly one. */
type Origins = readonly (readonly [source: string, host: string | null])[];

/**
 * The content of third parties that a run has read: passages, attachments, results of tools. It may hold
 * instructions that a model obeys, so the calls that it requests afterwards are restricted (R44).
 */
export class Untrusted {
  readonly #origins = new Map<string, string | null>();

  add(source: string, host: string | null = null): void {
    this.#origins.set(source, host);
  }

  get sources(): string[] {
    return [...this.#origins.keys()];
  }

  /** Returns the sources besides those of the hosts: what a host returned may be sent back to it. */
  besides(hosts: readonly string[]): string[] {
    return [...this.#origins]
      .filter(([, host]) => host === null || !hosts.includes(host))
      .map(([source]) => source);
  }

  snapshot(): Origins {
    return [...this.#origins];
  }

  restore(origins: Origins): void {
    for (const [source, host] of origins) this.add(source, host);
  }
}
