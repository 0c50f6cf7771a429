/** Sources of content of third parties with the host that returned it; null where there is not exactly one. */
type Origins = readonly (readonly [source: string, host: string | null])[];

/**
 * The content of third parties that a run has read: passages, attachments, results of tools. It may hold
 * instructions that a model obeys, so the calls that it requests afterwards are restricted (R44).
 */
export class Untrusted {
  /** The hosts by source: one source, such as a tool that reads pages, may return content of several. */
  readonly #hosts = new Map<string, Set<string | null>>();

  add(source: string, host: string | null = null): void {
    const hosts = this.#hosts.get(source) ?? new Set();
    this.#hosts.set(source, hosts.add(host));
  }

  get sources(): string[] {
    return [...this.#hosts.keys()];
  }

  /** Returns the sources besides those of the hosts: what a host returned may be sent back to it. */
  besides(hosts: readonly string[]): string[] {
    return this.sources.filter((source) =>
      [...(this.#hosts.get(source) ?? [])].some((host) => host === null || !hosts.includes(host)),
    );
  }

  snapshot(): Origins {
    return [...this.#hosts].flatMap(([source, hosts]) =>
      [...hosts].map((host) => [source, host] as const),
    );
  }

  restore(origins: Origins): void {
    for (const [source, host] of origins) this.add(source, host);
  }
}
