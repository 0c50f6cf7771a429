/** Sources of content of third parties with the hosts that returned it; null where those are unknown. */
type Origins = readonly (readonly [source: string, hosts: readonly string[] | string | null])[];

/**
 * The content of third parties that a run has read: passages, attachments, results of tools. It may hold
 * instructions that a model obeys, so the calls that it requests afterwards are restricted (R44).
 */
export class Untrusted {
  readonly #origins = new Map<string, ReadonlySet<string> | null>();

  /** Adds content of a source; without hosts, its origin is unknown. */
  add(source: string, hosts: readonly string[] = []): void {
    const before = this.#origins.get(source);
    const isUnknown = hosts.length === 0 || before === null;
    this.#origins.set(
      source,
      isUnknown ? null : new Set([...(before ?? []), ...hosts.map(siteOf)]),
    );
  }

  get sources(): string[] {
    return [...this.#origins.keys()];
  }

  /** Returns the sources besides those of the hosts: what a host returned may be sent back to it. */
  besides(hosts: readonly string[]): string[] {
    const sites = new Set(hosts.map(siteOf));
    return [...this.#origins]
      .filter(([, origin]) => origin === null || [...origin].some((site) => !sites.has(site)))
      .map(([source]) => source);
  }

  snapshot(): Origins {
    return [...this.#origins].map(([source, origin]) => [
      source,
      origin === null ? null : [...origin],
    ]);
  }

  restore(origins: Origins): void {
    for (const [source, hosts] of origins) this.add(source, hosts === null ? [] : [hosts].flat());
  }
}

/** A site commonly redirects between its host and the same with `www.`. */
export const siteOf = (host: string): string => host.replace(/^www\./, '');
