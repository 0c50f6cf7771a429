/** Sources of content of third parties with the hosts that returned it; null where those are unknown. */
type Origins = readonly (readonly [source: string, hosts: readonly string[] | string | null])[];

interface Snapshot {
  readonly origins: Origins;
  readonly offered: readonly string[];
}

/**
 * The content of third parties that a run has read: passages, attachments, results of tools. It may hold
 * instructions that a model obeys, so the calls that it requests afterwards are restricted (R44).
 */
export class Untrusted {
  readonly #origins = new Map<string, ReadonlySet<string> | null>();
  readonly #offered = new Set<string>();

  /** Adds content of a source; without hosts, its origin is unknown. */
  add(source: string, hosts: readonly string[] = []): void {
    const before = this.#origins.get(source);
    const isUnknown = hosts.length === 0 || before === null;
    this.#origins.set(
      source,
      isUnknown ? null : new Set([...(before ?? []), ...hosts.map(siteOf)]),
    );
  }

  /** Adds addresses that a tool returned and that may be opened as they are. */
  offer(addresses: readonly string[]): void {
    for (const address of addresses) this.#offered.add(hrefOf(address));
  }

  hasOffered(address: string): boolean {
    return this.#offered.has(hrefOf(address));
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

  snapshot(): Snapshot {
    const origins = [...this.#origins].map(
      ([source, origin]) => [source, origin === null ? null : [...origin]] as const,
    );
    return { origins, offered: [...this.#offered] };
  }

  /** Runs that wait since an earlier version have only the origins. */
  restore(given: Snapshot | Origins): void {
    const { origins, offered } = 'origins' in given ? given : { origins: given, offered: [] };
    this.offer(offered);
    for (const [source, hosts] of origins) this.add(source, hosts === null ? [] : [hosts].flat());
  }
}

const hrefOf = (address: string): string => URL.parse(address)?.href ?? address;

/** A site commonly redirects between its host and the same with `www.`. */
export const siteOf = (host: string): string => host.replace(/^www\./, '');
