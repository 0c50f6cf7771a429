import type { Ctx } from '../../platform/context.ts';

/**
 * Returns the origin of links in mail. With PUBLIC_HOSTS, it is one of them whatever the `Host` header says, so that a
 * forged header cannot lead a token elsewhere.
 */
export function publicOrigin({ config }: Pick<Ctx, 'config'>, request: Request): string {
  const { origin, hostname } = new URL(request.url);
  const [first] = config.own_hosts;
  return first === undefined || config.own_hosts.includes(hostname) ? origin : `https://${first}`;
}

/** Returns the hosts of the deployment: those of PUBLIC_HOSTS, else that of the request. */
export const publicHosts = (
  { config }: Pick<Ctx, 'config'>,
  request: Request,
): readonly string[] =>
  config.own_hosts.length > 0 ? config.own_hosts : [new URL(request.url).hostname];
