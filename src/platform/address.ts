/** The addresses that a deployment may call. */
export interface HostRules {
  /** Loopback and private hosts, and any port: for a laptop, never by default. */
  readonly allow_private_network: boolean;
  /** Names the deployment itself answers to; their subdomains count too. */
  readonly own_hosts: readonly string[];
}

const maxLength = 8_000;

/**
 * Top-level names that never lead to the public internet (RFC 2606, 6761, 6762, 7686, 8375, 9476 and
 * ICANN's `.internal`), or that private networks took for themselves; and names whose only use is to
 * resolve to an address that is written in them.
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

/** Every account's workers answer below it, ours too. */
const platformSuffixes = ['workers.dev'];

/**
 * Why a URL may not be called; null when it may. Decided on the normalised form, so that no other
 * spelling of an address gets through: the parser has turned `0x7f.1`, `２１３０７０６４３３` and `①②⑦.⓪.⓪.①`
 * into `127.0.0.1` before it is looked at.
 */
export function refuseAddress(
  text: string,
  { allow_private_network, own_hosts }: HostRules,
): string | null {
  const url = text.length > maxLength ? null : URL.parse(text);
  if (url === null) return 'This is not an absolute URL.';
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'Only https and http can be called.';
  if (url.username !== '' || url.password !== '' || /^[a-z]+:[\\/]*[^\\/?#]*@/i.test(text))
    return 'A URL must not carry credentials.';
  const host = url.hostname.toLowerCase();
  if (isBelow(host.replace(/\.+$/, ''), own_hosts)) return 'AgentGrid does not call itself.';
  if (allow_private_network) return null;
  const refusal = refuseNonPublic(url.port, host);
  if (refusal !== null) return `${refusal} ${localCure}`;
  return isBelow(host, platformSuffixes) ? 'AgentGrid does not call itself.' : null;
}

/** Hosts of a private network, which local development may call and a deployment may not. */
const localCure = 'A local server allows it when started with `--var ALLOW_PRIVATE_NETWORK:true`.';

function refuseNonPublic(port: string, host: string): string | null {
  if (!['', '80', '443'].includes(port)) return 'Only ports 80 and 443 can be called.';
  if (host.startsWith('[') || /(^|\.)\d+$/.test(host))
    return 'A host must be a name, not an IP address.';
  if (host.endsWith('.') || host.startsWith('.') || host.includes('..'))
    return 'A host must be a plain name.';
  if (!host.includes('.')) return 'A host must be a full name.';
  return isBelow(host, closedSuffixes) ? 'This host is not on the public internet.' : null;
}

const isBelow = (host: string, names: readonly string[]) =>
  names.some((name) => host === name || host.endsWith(`.${name}`));
