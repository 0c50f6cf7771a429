import { z } from '@hono/zod-openapi';
import { Id, Name, Time } from '../../http/schema.ts';
import { fromUsd, toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { RequestsPerMinute, Versions } from '../end-users/schema.ts';
import type { TokenIssuerRow } from './store.ts';

const Claim = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters.');

const periods = ['day', 'week', 'month', 'total'] as const;

const Budget = z
  .strictObject({
    limit_usd: z
      .number()
      .min(0)
      .max(1_000_000)
      .refine((usd) => usd === 0 || fromUsd(usd) > 0, 'Must be 0 or at least 0.000000001.')
      .openapi({ 'x-unit': 'usd' }),
    period: z.enum(periods).describe('The period of the limit'),
  })
  .nullable()
  .describe(
    'Limit on the cost of model calls of each end user, besides the budgets of the workspace. Null for none',
  )
  .openapi({ example: { limit_usd: 0.5, period: 'day' } });

const keySet = z
  .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(20) })
  .nullable();

const fields = {
  name: Name(100).openapi({ example: 'Sign-in of example.com' }),
  issuer: z
    .string()
    .min(1)
    .max(500)
    .describe('The claim `iss` of its tokens, compared exactly')
    .openapi({ example: 'https://login.example.com/' }),
  audience: z
    .string()
    .min(1)
    .max(500)
    .describe('The claim `aud` of its tokens has this value')
    .openapi({ example: 'support-chat' }),
  jwks_url: z
    .string()
    .max(2000)
    .nullable()
    .describe('The address of its keys, a JSON Web Key Set. Either this or `jwks` is required')
    .openapi({ example: 'https://login.example.com/.well-known/jwks.json' }),
  jwks: keySet.describe(
    'Public keys in place of an address: RSA of 2048 bits or more, P-256 or Ed25519',
  ),
  user_claim: Claim.describe(
    'The claim that is the `end_user_id`: a name, or a JSON Pointer such as `/profile/id`',
  ),
  groups_claim: Claim.nullable().describe(
    'The claim that has the groups of the end user, an array or one text: a name, or a JSON Pointer. Null for no groups',
  ),
  agent_ids: z.array(Id('agt')).min(1).max(50).describe('Agents that its end users may use'),
  versions: Versions,
  requests_per_minute: RequestsPerMinute.describe(
    'Limit on the requests of each end user in a clock minute. Null for none',
  ),
  budget: Budget,
  max_lifetime_s: z
    .int()
    .min(60)
    .max(7 * 86_400)
    .describe('Tokens with a longer time from `iat` to `exp` are refused'),
  enabled: z
    .boolean()
    .describe('Tokens of a disabled issuer are refused, within 30 seconds everywhere'),
};

export const CreateTokenIssuer = z
  .strictObject({
    ...fields,
    jwks_url: fields.jwks_url.default(null),
    jwks: fields.jwks.default(null),
    user_claim: fields.user_claim.default('sub'),
    groups_claim: fields.groups_claim.default(null),
    versions: fields.versions.default('active'),
    requests_per_minute: fields.requests_per_minute.default(null),
    budget: fields.budget.default(null),
    max_lifetime_s: fields.max_lifetime_s.default(86_400),
    enabled: fields.enabled.default(true),
  })
  .openapi('CreateTokenIssuer', {
    example: {
      name: 'Sign-in of example.com',
      issuer: 'https://login.example.com/',
      audience: 'support-chat',
      jwks_url: 'https://login.example.com/.well-known/jwks.json',
      groups_claim: '/realm_access/roles',
      agent_ids: ['agt_01kajv2q5ve0mt8h2vj3c6x7ra'],
    } as never,
  });
export type CreateTokenIssuer = z.output<typeof CreateTokenIssuer>;

export const UpdateTokenIssuer = z
  .strictObject(fields)
  .partial()
  .openapi('UpdateTokenIssuer', { example: { enabled: false } });
export type UpdateTokenIssuer = z.output<typeof UpdateTokenIssuer>;

export const TokenIssuer = z
  .object({
    id: Id('tki').describe('Send tokens as `Authorization: Bearer {id}.{token}`'),
    ...fields,
    jwks: z
      .object({ keys: z.array(z.object({ kid: z.string().nullable(), alg: z.string() })) })
      .nullable()
      .describe('Names and algorithms of the keys that are in use; null before `jwks_url` is used'),
    keys_fetched_at: Time.nullable().describe('When `jwks_url` answered last'),
    keys_error: z
      .string()
      .nullable()
      .describe('Why the latest request to `jwks_url` failed; null if it succeeded'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('TokenIssuer');
export type TokenIssuer = z.output<typeof TokenIssuer>;

export function toTokenIssuer(row: TokenIssuerRow): TokenIssuer {
  const { workspace_id: _, keys, fetched_keys, fetched_at, fetch_error, budget, ...rest } = row;
  const inUse = keys ?? fetched_keys;
  return {
    ...rest,
    jwks: inUse && { keys: inUse.map(({ kid, alg }) => ({ kid, alg })) },
    budget: budget && { limit_usd: toWireUsd(budget.limit_nano_usd) ?? 0, period: budget.period },
    keys_fetched_at: toWireTimeOrNull(fetched_at),
    keys_error: fetch_error,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
}
