import { maxQueryChars, type SearchQuery } from './provider.ts';

/** Longer lists are only enforced on the results. */
const maxSites = 8;

/** Returns the words of a query with `site:` operators for the domains of the version, as far as they fit. */
export function withSites({ query, allowed_domains, blocked_domains }: SearchQuery): string {
  const allowed = allowed_domains.map((domain) => `site:${domain}`);
  const blocked = blocked_domains.slice(0, maxSites).map((domain) => `-site:${domain}`);
  const only = allowed.length > maxSites ? '' : allowed.join(' OR ');
  const parts = [query, allowed.length > 1 && only !== '' ? `(${only})` : only, ...blocked];
  return parts.reduce((text, part) =>
    part === '' || text.length + 1 + part.length > maxQueryChars ? text : `${text} ${part}`,
  );
}
