import type { Platform } from '../platform/cloudflare.ts';
import type { RateStanding } from '../platform/ports.ts';
import { rateLimited } from './admit.ts';
import { floodLimits } from './flood-limits.ts';

/**
 * Counts a request without a valid credential, or to a public path, by its IP address. Counts are approximate and
 * kept by each Cloudflare location: they stop floods and are no quota. Throws `rate_limited`.
 */
export async function admitAnonymous(platform: Platform, ip: string | null): Promise<void> {
  if (ip === null || (await platform.floods.admitsAddress(networkOf(ip)))) return;
  refuse(platform, 'address', networkOf(ip));
}

/** Counts a request of one key in the same way, against bursts. Throws `rate_limited`. */
export async function admitBurst(platform: Platform, key_id: string): Promise<void> {
  if (!(await platform.floods.admitsKey(key_id))) refuse(platform, 'key', key_id);
}

function refuse(platform: Platform, kind: keyof typeof floodLimits, id: string): never {
  const { limit, window_s } = floodLimits[kind];
  const policy = kind === 'key' ? 'key-burst' : kind;
  const scope = kind === 'key' ? 'api_key' : kind;
  const standing: RateStanding = {
    policy,
    scope,
    id,
    limit,
    unit: 'requests',
    window_s,
    remaining: 0,
    reset_s: window_s,
    is_refused: true,
  };
  platform.rates.set(policy, standing);
  throw rateLimited(standing);
}

/** Returns an IPv4 address, or the /64 network of an IPv6 address: one client has all of it. */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip.toLowerCase();
  const [head = '', tail] = ip.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined
      ? []
      : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return `${[...groups, ...middle, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
