/** The domains of a version. A domain stands for its subdomains as well. */
export interface DomainRules {
  /** Empty for all. */
  readonly allowed_domains: readonly string[];
  /** Blocked even where allowed. */
  readonly blocked_domains: readonly string[];
}

/** Returns true for the address of a page that the rules allow. */
export function allowsDomain({ allowed_domains, blocked_domains }: DomainRules, url: URL): boolean {
  const host = url.hostname.toLowerCase().replace(/\.+$/, '');
  const isIn = (domains: readonly string[]) =>
    domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
  return (allowed_domains.length === 0 || isIn(allowed_domains)) && !isIn(blocked_domains);
}
