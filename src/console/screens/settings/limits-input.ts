import type { RateLimits, RateLimitsInput } from '../../../client/index.ts';

export const limitNames = [
  'requests_per_minute',
  'requests_per_day',
  'tokens_per_minute',
  'concurrent_runs',
] as const;
type LimitName = (typeof limitNames)[number];

export const scopes = ['workspace', 'api_key', 'agent', 'end_user'] as const;
export type Scope = (typeof scopes)[number];
export type OverrideScope = Exclude<Scope, 'workspace'>;
export const overrideScopes = ['api_key', 'agent', 'end_user'] as const;

type Numbers = Readonly<Record<LimitName, number | null>>;

/** An exception as it is typed: an empty limit is the default, `*` removes it. */
export interface OverrideDraft {
  readonly scope: OverrideScope;
  readonly id: string;
  readonly texts: Readonly<Record<LimitName, string>>;
}

export interface LimitsDraft {
  readonly limits: Readonly<Record<Scope, Numbers>>;
  readonly overrides: readonly OverrideDraft[];
}

const noTexts = {
  ...{ requests_per_minute: '', requests_per_day: '' },
  ...{ tokens_per_minute: '', concurrent_runs: '' },
};

export const newOverride: OverrideDraft = { scope: 'end_user', id: '', texts: noTexts };

const numbersOf = (limits: Partial<Numbers> | undefined): Numbers => ({
  requests_per_minute: limits?.requests_per_minute ?? null,
  requests_per_day: limits?.requests_per_day ?? null,
  tokens_per_minute: limits?.tokens_per_minute ?? null,
  concurrent_runs: limits?.concurrent_runs ?? null,
});

const textOf = (limit: number | null | undefined): string =>
  limit === undefined ? '' : limit === null ? '*' : String(limit);

export const toLimitsDraft = (stored: RateLimits): LimitsDraft => ({
  limits: {
    workspace: numbersOf(stored.workspace),
    api_key: numbersOf(stored.api_key.default),
    agent: numbersOf(stored.agent.default),
    end_user: numbersOf(stored.end_user.default),
  },
  overrides: overrideScopes.flatMap((scope) =>
    stored[scope].overrides.map((one) => ({
      scope,
      id: one.id,
      texts: {
        requests_per_minute: textOf(one.requests_per_minute),
        requests_per_day: textOf(one.requests_per_day),
        tokens_per_minute: textOf(one.tokens_per_minute),
        concurrent_runs: textOf(one.concurrent_runs),
      },
    })),
  ),
});

const limitOf = (text: string) => (text === '*' ? null : Number(text));

export function toLimitsInput({ limits, overrides }: LimitsDraft): RateLimitsInput {
  const scopeOf = (scope: OverrideScope) => ({
    default: limits[scope],
    overrides: overridesOf(overrides, scope).map(({ id, texts }) => ({
      id: id.trim(),
      ...Object.fromEntries(
        limitNames
          .filter((name) => texts[name].trim() !== '')
          .map((name) => [name, limitOf(texts[name].trim())]),
      ),
    })),
  });
  return {
    workspace: limits.workspace,
    ...{ api_key: scopeOf('api_key'), agent: scopeOf('agent'), end_user: scopeOf('end_user') },
  };
}

/** In the order in which they are sent, on which pointers of violations depend. */
const overridesOf = (all: readonly OverrideDraft[], scope: OverrideScope) =>
  all.filter((one) => one.scope === scope);

/** The JSON Pointer of an exception in the request. */
export const pointerOf = (all: readonly OverrideDraft[], one: OverrideDraft): string =>
  `/${one.scope}/overrides/${overridesOf(all, one.scope).indexOf(one)}`;
