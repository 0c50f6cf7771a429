import { z } from '@hono/zod-openapi';
import { CredentialId, EndUserId, Id } from '../http/schema.ts';
import { noLimits, type RateOverride } from '../shared/rate-rules.ts';

/** The most overrides of all scopes together: each lookup of a key reads them. */
const maxOverrides = 500;

const Limit = z.int().min(0).max(1_000_000_000).nullable();
const measures = {
  requests_per_minute: Limit.describe('Requests per clock minute; null for no limit'),
  requests_per_day: Limit.describe('Requests per day (UTC); null for no limit'),
  tokens_per_minute: Limit.describe(
    'Input and output tokens of all models per clock minute. A call is allowed while tokens remain, so the last one may exceed the limit; null for no limit',
  ),
  concurrent_runs: Limit.describe('Runs in progress at the same time; null for no limit'),
};

const Limits = z
  .strictObject({
    requests_per_minute: measures.requests_per_minute.default(null),
    requests_per_day: measures.requests_per_day.default(null),
    tokens_per_minute: measures.tokens_per_minute.default(null),
    concurrent_runs: measures.concurrent_runs.default(null),
  })
  .openapi('Limits', {
    example: {
      requests_per_minute: 600,
      requests_per_day: null,
      tokens_per_minute: null,
      concurrent_runs: 20,
    },
  });

const overriding = z.strictObject(measures).partial().shape;

const scope = (id: z.ZodString, what: string) =>
  z.strictObject({
    default: Limits.default(noLimits).describe(`Limits of each ${what}, counted separately`),
    overrides: z
      .array(z.strictObject({ id, ...overriding }))
      .max(maxOverrides)
      .default([])
      .describe(
        `Limits of a single ${what}. A limit that is left out is taken from \`default\`; null removes it`,
      )
      .superRefine(refuseTwice),
  });

function refuseTwice(overrides: readonly RateOverride[], check: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { id }] of overrides.entries()) {
    if (seen.has(id))
      check.addIssue({
        code: 'custom',
        path: [index, 'id'],
        message: 'An override for this id already exists.',
      });
    seen.add(id);
  }
}

const none = { default: noLimits, overrides: [] };

export const RateLimits = z
  .strictObject({
    workspace: Limits.default(noLimits).describe('Limits of the workspace as a whole'),
    api_key: scope(CredentialId, 'API key or member').default(none),
    agent: scope(Id('agt'), 'agent').default(none),
    end_user: scope(EndUserId, 'end user').default(none),
  })
  .refine(
    ({ api_key, agent, end_user }) =>
      api_key.overrides.length + agent.overrides.length + end_user.overrides.length <= maxOverrides,
    `At most ${maxOverrides} overrides.`,
  )
  .openapi('RateLimits', {
    example: {
      api_key: { default: { requests_per_minute: 600 } },
      end_user: {
        default: { requests_per_minute: 10, requests_per_day: 200 },
        overrides: [{ id: 'user-42', requests_per_day: null }],
      },
    } as never,
  });
export type RateLimits = z.output<typeof RateLimits>;
