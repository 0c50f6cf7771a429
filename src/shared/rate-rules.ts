/** The scopes and measures of rate limits. */
const rateScopes = ['workspace', 'api_key', 'agent', 'end_user'] as const;
export type RateScope = (typeof rateScopes)[number];

const rateMeasures = [
  'requests_per_minute',
  'requests_per_day',
  'tokens_per_minute',
  'concurrent_runs',
] as const;
export type RateMeasure = (typeof rateMeasures)[number];

/** null is unlimited. */
export type RateLimits = { readonly [Measure in RateMeasure]: number | null };

/** Limits of one subject of a scope. An omitted limit is inherited from `each`. */
export type RateOverride = { readonly id: string } & {
  readonly [Measure in RateMeasure]?: number | null | undefined;
};

interface RateScopeRules {
  /** Limits of every subject of the scope, counted separately. */
  readonly default: RateLimits;
  readonly overrides: readonly RateOverride[];
}

/** All limits of a workspace. */
export type RateRules = { readonly workspace: RateLimits } & {
  readonly [Scope in Exclude<RateScope, 'workspace'>]: RateScopeRules;
};

/** The limits of a workspace that may apply to a caller, so that other counters are not called. */
export interface RateLimitsInForce {
  readonly revision: number;
  /** True when each request of the key is counted. */
  readonly requests: boolean;
  /** True when runs and model calls may be counted. */
  readonly calls: boolean;
}

export const noLimits: RateLimits = {
  requests_per_minute: null,
  requests_per_day: null,
  tokens_per_minute: null,
  concurrent_runs: null,
};

const noScopeLimits: RateScopeRules = { default: noLimits, overrides: [] };
export const noRules: RateRules = {
  workspace: noLimits,
  api_key: noScopeLimits,
  agent: noScopeLimits,
  end_user: noScopeLimits,
};

/** Returns the limits of one subject: its own, otherwise those for each subject of the scope. */
export function limitsFor(rules: RateRules, scope: RateScope, id: string): RateLimits {
  if (scope === 'workspace') return rules.workspace;
  const { default: each, overrides } = rules[scope];
  const own = overrides.find((one) => one.id === id);
  if (own === undefined) return each;
  const given = Object.entries(own).filter(([name, value]) => name !== 'id' && value !== undefined);
  return { ...each, ...Object.fromEntries(given) };
}

const ofRequests = ['requests_per_minute', 'requests_per_day'] as const;
const ofCalls = ['tokens_per_minute', 'concurrent_runs'] as const;
const hasAny = (limits: Partial<RateLimits>, measures: readonly RateMeasure[]) =>
  measures.some((measure) => typeof limits[measure] === 'number');

/** Returns the rules that apply to a key; null for none. */
export function inForce(
  rules: RateRules,
  revision: number,
  api_key_id: string,
): RateLimitsInForce | null {
  const own = [rules.workspace, limitsFor(rules, 'api_key', api_key_id)];
  const others = [rules.agent, rules.end_user].flatMap(
    (scope) => [scope.default, ...scope.overrides] as Partial<RateLimits>[],
  );
  const requests = own.some((limits) => hasAny(limits, ofRequests));
  const calls =
    own.some((limits) => hasAny(limits, ofCalls)) ||
    others.some((limits) => hasAny(limits, rateMeasures));
  return requests || calls ? { revision, requests, calls } : null;
}
