/** Longer addresses are not stored. */
const maxUrlChars = 2000;

/** Query parameters that identify a click and not a page. */
const tracking =
  /^(?:utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|ttclid|igshid|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi)$/i;

/**
 * Returns the address that identifies a page: absolute, without fragment, credentials and tracking
 * parameters. Returns null for what is not a page of http or https, or too long.
 */
export function pageUrl(text: string, base?: string): string | null {
  const url = URL.parse(text.trim(), base);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username !== '' || url.password !== '') return null;
  url.hash = '';
  const kept = [...url.searchParams].filter(([name]) => !tracking.test(name));
  // Written again only if something was removed: this changes the spelling of the rest.
  if (kept.length < url.searchParams.size) url.search = new URLSearchParams(kept).toString();
  if (url.search === '') url.search = '';
  return url.href.length > maxUrlChars ? null : url.href;
}

/** The site that a URL belongs to: its host without `www.`, whatever the scheme. */
export const siteOf = (url: string): string => (URL.parse(url)?.host ?? '').replace(/^www\./, '');

/** Files that are certainly no documents, so that a crawl does not request them. */
const media =
  /\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|tiff?|css|m?js|map|woff2?|ttf|otf|eot|mp[34]|m4[av]|mov|avi|webm|og[gv]|wav|flac|zip|gz|tgz|bz2|xz|7z|rar|exe|dmg|msi|deb|rpm|apk|iso|bin|jar|wasm)$/i;

export const isMedia = (url: string): boolean => media.test(URL.parse(url)?.pathname ?? '');
