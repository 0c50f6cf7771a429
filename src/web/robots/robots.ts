import { comparablePath, matchesPath, normalizePath } from './path-pattern.ts';

/** The rules of robots.txt that apply to this crawler. */
export interface Robots {
  readonly allow: readonly string[];
  readonly disallow: readonly string[];
  /** Seconds between requests, from the widespread `Crawl-delay`; null when unspecified. */
  readonly delay_s: number | null;
}

/** The product token by which robots.txt names this crawler. */
const productToken = 'agentgrid';

/** RFC 9309, section 2.5: at least 500 KiB must be parsed. */
export const maxRobotsBytes = 500 * 1024;
const maxDelaySeconds = 120;

export const allowsAll: Robots = { allow: [], disallow: [], delay_s: null };

interface Group {
  readonly agents: string[];
  readonly rules: (readonly [name: string, value: string])[];
}

/** Parses robots.txt (RFC 9309). Unknown and malformed lines are ignored. */
export function parseRobots(text: string): Robots {
  const groups = readGroups(text);
  const named = groups.filter(({ agents }) => agents.includes(productToken));
  const rules = (
    named.length > 0 ? named : groups.filter(({ agents }) => agents.includes('*'))
  ).flatMap((group) => group.rules);
  const patterns = (name: string) =>
    rules.flatMap(([field, value]) =>
      field === name && value !== '' ? [normalizePath(value)] : [],
    );
  const delay = Number(rules.find(([name]) => name === 'crawl-delay')?.[1] ?? Number.NaN);
  return {
    allow: patterns('allow'),
    disallow: patterns('disallow'),
    delay_s: delay > 0 ? Math.min(delay, maxDelaySeconds) : null,
  };
}

function readGroups(text: string): Group[] {
  const groups: Group[] = [];
  let isNaming = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/[\r\n]+/)) {
    const content = line.split('#', 1)[0] ?? '';
    const colon = content.indexOf(':');
    if (colon < 0) continue;
    const name = content.slice(0, colon).trim().toLowerCase();
    const value = content.slice(colon + 1).trim();
    if (name === 'user-agent') {
      if (!isNaming) groups.push({ agents: [], rules: [] });
      // `AgentGrid/2.0` names the product as well.
      groups.at(-1)?.agents.push(value.toLowerCase().split('/', 1)[0]?.trim() ?? '');
      isNaming = true;
    } else if (name === 'allow' || name === 'disallow' || name === 'crawl-delay') {
      groups.at(-1)?.rules.push([name, value]);
      isNaming = false;
    }
  }
  return groups;
}

/** The longest matching rule decides; an allowing rule wins over an equally long one. */
export function allowsUrl({ allow, disallow }: Robots, url: URL): boolean {
  const path = comparablePath(url);
  if (path === '/robots.txt') return true;
  const longest = (patterns: readonly string[]) =>
    patterns.reduce(
      (length, pattern) =>
        pattern.length > length && matchesPath(pattern, path) ? pattern.length : length,
      -1,
    );
  return longest(allow) >= longest(disallow);
}
