import type { Ctx } from '../../../platform/context.ts';

export const callbackPath = '/oauth/mcp/callback';
export const documentPath = '/oauth/mcp/client';

/**
 * Returns the redirect URI of the deployment. `origin` is that of the request, null in a run; `former` is the URI that
 * was registered last. A request counts only under a host of `PUBLIC_HOSTS`, where that is set.
 */
export function redirectUri(
  { config: { own_hosts } }: Ctx,
  origin: string | null,
  former: string | null,
): string | null {
  const isOwn = (host: string) => own_hosts.some((own) => host === own || host.endsWith(`.${own}`));
  if (origin !== null && (own_hosts.length === 0 || isOwn(new URL(origin).hostname)))
    return `${origin}${callbackPath}`;
  if (former !== null && former !== '') return former;
  const [main] = own_hosts;
  return main === undefined ? null : `https://${main}${callbackPath}`;
}

/** Returns the address of the metadata document of the client; null where an authorization server cannot read it. */
export function documentUrl(redirect_uri: string): string | null {
  const url = URL.parse(redirect_uri);
  return url?.protocol === 'https:' ? new URL(documentPath, url).href : null;
}
