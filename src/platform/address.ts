/** Decides which URLs the deployment may call. */
export interface HostRules {
  /** Allows loopback and private hosts, and any port. For local development only. */
  readonly allow_private_network: boolean;
  /** Host names of the deployment itself; their subdomains count as well. */
  readonly own_hosts: readonly string[];
}

const maxLength = 8_000;

/**
 * Top-level names that never resolve on the public internet (RFC 2606, 6761, 6762, 7686, 8375, 9476
 * and ICANN's `.internal`) or that private networks use, and names that resolve to an address which
 * is written in them.
 */
const closedSuffixes = [
  'alt',
  'arpa',
  'corp',
  'example',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'onion',
  'private',
  'test',
  'nip.io',
  'sslip.io',
  'xip.io',
  'localtest.me',
  'lvh.me',
  'vcap.me',
];

/** The Workers of every account, including this one, are below it. */
const platformSuffixes = ['workers.dev'];

/**
 * Returns why a URL must not be called, or null. Checks the normalised form, so that no other
 * spelling of an address passes: the parser has converted `0x7f.1`, `２１３０７０６４３３` and `①②⑦.⓪.⓪.①` to
 * `127.0.0.1`.
 */
export function refuseAddress(
  text: string,
  { allow_private_network, own_hosts }: HostRules,
): string | null {
  const url = text.length > maxLength ? null : URL.parse(text);
  if (url === null) return 'The URL must be absolute.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'The URL must use https or http.';
  if (url.username !== '' || url.password !== '' || /^[a-z]+:[\\/]*[^\\/?#]*@/i.test(text))
    return 'The URL must not contain credentials.';
  const host = url.hostname.toLowerCase();
  if (isBelow(host.replace(/\.+$/, ''), own_hosts))
    return 'The URL must not address this deployment.';
  if (allow_private_network) return null;
  const refusal = refuseNonPublic(url.port, host);
  if (refusal !== null) return `${refusal} ${localCure}`;
  return isBelow(host, platformSuffixes) ? 'The URL must not address this deployment.' : null;
}

/** Hosts of private networks, which only local development may call. */
const localCure = 'A local server allows it when started with `--var ALLOW_PRIVATE_NETWORK:true`.';

function refuseNonPublic(port: string, host: string): string | null {
  if (!['', '80', '443'].includes(port)) return 'The port must be 80 or 443.';
  if (host.startsWith('[') || /(^|\.)\d+$/.test(host))
    return 'The host must be a name, not an IP address.';
  if (host.endsWith('.') || host.startsWith('.') || host.includes('..'))
    return 'The host must be a plain name.';
  if (!host.includes('.')) return 'The host must be a fully qualified name.';
  return isBelow(host, closedSuffixes) ? 'The host is not on the public internet.' : null;
}

const isBelow = (host: string, names: readonly string[]) =>
  names.some((name) => host === name || host.endsWith(`.${name}`));
