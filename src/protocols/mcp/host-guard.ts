import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../../http/authorize.ts';
import type { Config } from '../../platform/config.ts';
import { Failure } from '../../shared/failure.ts';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** Returns true for a name that is certainly this deployment's, and not one that an attacker let resolve to it. */
const isOurs = (host: string, { own_hosts }: Pick<Config, 'own_hosts'>): boolean =>
  own_hosts.includes(host) || host.endsWith('.workers.dev') || isLoopback(host);

/**
 * Throws `forbidden` for a request to a host that the deployment does not have, and for one that a page of another
 * origin has sent. Clients that are not browsers send no `Origin`.
 */
function checkHost(url: URL, origin: string | null, config: Pick<Config, 'own_hosts'>): void {
  const host = url.hostname;
  if (config.own_hosts.length > 0 && !isOurs(host, config))
    throw new Failure(
      'forbidden',
      `${host} is not a host of this deployment. Its operator can add it to PUBLIC_HOSTS.`,
    );
  if (origin !== null && !isOwnOrigin(origin, host, config))
    throw new Failure('forbidden', 'Requests from web pages of other origins are not accepted.');
}

function isOwnOrigin(origin: string, host: string, config: Pick<Config, 'own_hosts'>): boolean {
  const from = URL.parse(origin);
  if (from === null || !/^https?:$/.test(from.protocol) || from.origin !== origin) return false;
  const isSame = from.hostname === host || (isLoopback(from.hostname) && isLoopback(host));
  return config.own_hosts.includes(from.hostname) || (isSame && isOurs(host, config));
}

/** Checks `Host` and `Origin`, against DNS rebinding. */
export const hostGuard = createMiddleware<AppEnv>(async (c, next) => {
  checkHost(new URL(c.req.url), c.req.header('origin') ?? null, c.var.platform.config);
  await next();
});
