import type { AgentConfig } from '../agents/index.ts';
import type { RunContext, Tool } from './tool.ts';
import { siteOf } from './untrusted.ts';

type Rules = AgentConfig['approvals'];

/** A call is made at once, once a person has approved it, or not at all. */
export type Verdict =
  | { readonly type: 'call' }
  | { readonly type: 'approve'; readonly reason: string }
  | { readonly type: 'refuse'; readonly error: string };

/** The verdict depends on these besides the call. */
export interface Circumstances {
  readonly rules: Rules;
  /**
   * Returns the sources of untrusted content in the context, without what the hosts themselves returned, and what
   * `own` has returned in earlier turns.
   */
  untrusted(hosts: readonly string[], own?: string | null): Promise<readonly string[]>;
  /** An address that a tool returned, and that holds nothing else that the model has read. */
  hasOffered(address: string): boolean;
  /** False where the run cannot wait: in a delegate, and for clients without approvals. */
  readonly can_wait: boolean;
}

export function circumstancesOf({
  config,
  untrusted,
  earlier,
  can_wait,
}: RunContext): Circumstances {
  let before: Promise<readonly string[]> | undefined;
  return {
    rules: config.approvals,
    can_wait,
    hasOffered: (address) => untrusted.hasOffered(address),
    async untrusted(hosts, own = null) {
      const now = untrusted.besides(hosts);
      if (now.length > 0 || earlier === undefined) return now;
      before ??= earlier();
      return (await before).filter((source) => source !== own);
    },
  };
}

const stricter = <Level>(levels: readonly Level[], a: Level, b: Level): Level =>
  levels.indexOf(a) < levels.indexOf(b) ? b : a;

/** Returns the rules of a delegate: its own, and at least as strict as those of the agent that calls it. */
export const boundBy = (own: Rules, above: Rules): Rules => ({
  ...own,
  write: stricter(['never', 'after_untrusted', 'always'], own.write, above.write),
  destructive: stricter(['after_untrusted', 'always'], own.destructive, above.destructive),
  exits: stricter(['allow', 'approve', 'block'], own.exits, above.exits),
});

const call: Verdict = { type: 'call' };

/** Applies the approval rules of a version to a call with valid arguments (R41, R44). */
export async function judgeCall(
  tool: Tool,
  input: unknown,
  circumstances: Circumstances,
): Promise<Verdict> {
  const verdict = (await judgeExit(tool, input, circumstances)) ?? call;
  if (verdict.type === 'refuse') return verdict;
  const reason =
    (await reasonOfEffect(tool, circumstances)) ??
    (verdict.type === 'approve' ? verdict.reason : null);
  if (reason === null) return call;
  return circumstances.can_wait
    ? { type: 'approve', reason }
    : {
        type: 'refuse',
        error: `The call needs the approval of a person, for which this run cannot wait. ${reason}`,
      };
}

async function reasonOfEffect(
  { effect }: Tool,
  { rules, untrusted }: Circumstances,
): Promise<string | null> {
  if (effect === 'read') return null;
  const rule = rules[effect];
  const what = effect === 'write' ? 'changes data' : 'has an effect that cannot be undone';
  if (rule === 'always') return `The tool ${what}.`;
  if (rule === 'never') return null;
  const sources = await untrusted([]);
  return sources.length === 0
    ? null
    : `The tool ${what}, after the model has read ${list(sources)}.`;
}

/** A call to a host that the version does not allow could carry what the model has read elsewhere. */
async function judgeExit(
  { name, hostsOf, opens, takes_text = true, has_fixed_hosts = false }: Tool,
  input: unknown,
  { rules, untrusted, hasOffered }: Circumstances,
): Promise<Verdict | null> {
  const reached = takes_text ? (hostsOf?.(input) ?? []) : [];
  const hosts = reached.filter((host) => !isAllowed(rules.allowed_hosts, host));
  if (rules.exits === 'allow' || hosts.length === 0) return null;
  const address = opens?.(input) ?? null;
  if (address !== null && hasOffered(address)) return null;
  const sources = await untrusted(hosts, has_fixed_hosts ? name : null);
  if (sources.length === 0) return null;
  const to = hosts.join(', ');
  return rules.exits === 'block'
    ? {
        type: 'refuse',
        error: `The agent sends nothing to ${to} after it has read ${list(sources)}.`,
      }
    : {
        type: 'approve',
        reason: `The call sends text to ${to}, after the model has read ${list(sources)}.`,
      };
}

/**
 * Returns why a call may not be redirected from the hosts that it was made for to another one, which could receive
 * what the model has read elsewhere; null if it may.
 */
export async function refuseRedirect(
  address: string,
  from: readonly string[],
  to: string,
  { rules, untrusted, hasOffered }: Circumstances,
): Promise<string | null> {
  const isOfSite = from.some((host) => siteOf(host) === siteOf(to));
  if (
    isOfSite ||
    hasOffered(address) ||
    rules.exits === 'allow' ||
    isAllowed(rules.allowed_hosts, to)
  )
    return null;
  const sources = await untrusted([...from, to]);
  return sources.length === 0
    ? null
    : `The agent has read ${list(sources)}, so it does not follow the redirect to ${to}.`;
}

/** Returns true for a host in the list, and for one below a `*.` entry. */
const isAllowed = (allowed: readonly string[], host: string): boolean =>
  allowed.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));

const maxListed = 5;

function list(sources: readonly string[]): string {
  const shown = sources.slice(0, maxListed).join(', ');
  return sources.length > maxListed ? `${shown} and others` : shown;
}
