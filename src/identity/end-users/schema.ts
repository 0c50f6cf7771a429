import { z } from '@hono/zod-openapi';
import { EndUserId, Groups, Id, Time } from '../../http/schema.ts';
import { fromUsd } from '../../shared/money.ts';
import { budgetPeriods } from './token.ts';

export const Versions = z
  .enum(['active', 'any'])
  .describe(
    'Versions of the agents that the token may run: the active one, or `any` that a request names in `version`. A session that your server creates for the end user keeps its own',
  );

export const RequestsPerMinute = z
  .int()
  .min(1)
  .max(10_000)
  .nullable()
  .describe(
    'Limit on the requests of a clock minute, besides the rate limits of the workspace. Null for none',
  );

const TokenBudget = z
  .strictObject({
    limit_usd: z
      .number()
      .min(0)
      .max(1_000_000)
      .refine((usd) => usd === 0 || fromUsd(usd) > 0, 'Must be 0 or at least 0.000000001.')
      .openapi({ 'x-unit': 'usd' }),
    period: z
      .enum(budgetPeriods)
      .describe(
        'The period of the limit: the lifetime of this `token`; or each `day`, `week`, `month` or the `total`, of all tokens of the end user with the same period',
      ),
  })
  .nullable()
  .describe('Limit on the cost of model calls, besides the budgets of the workspace. Null for none')
  .openapi({ example: { limit_usd: 0.5, period: 'day' } });

export const CreateToken = z
  .strictObject({
    end_user_id: EndUserId.describe('Your id of the end user, whose sessions the token opens'),
    groups: Groups.default([]).describe(
      'Groups of the end user: the token reads files that have one of them, and files without groups',
    ),
    agent_ids: z
      .array(Id('agt'))
      .min(1)
      .max(50)
      .describe('Agents that the end user may use, with those that these call'),
    versions: Versions.default('active'),
    expires_in_s: z
      .int()
      .min(60)
      .max(7 * 86_400)
      .default(3600)
      .describe('Seconds until the token expires. It also ends with the API key that created it'),
    requests_per_minute: RequestsPerMinute.default(null),
    budget: TokenBudget.default(null),
  })
  .openapi('CreateEndUserToken', {
    example: {
      end_user_id: 'customer-4711',
      groups: ['staff'],
      agent_ids: ['agt_01kajv2q5ve0mt8h2vj3c6x7ra'],
    } as never,
  });
export type CreateToken = z.output<typeof CreateToken>;

export const EndUserToken = z
  .object({
    token: z.string().describe('Send it as `Authorization: Bearer …`. It is not stored'),
    end_user_id: z.string(),
    groups: z.array(z.string()),
    agent_ids: z.array(z.string()),
    versions: Versions,
    requests_per_minute: RequestsPerMinute,
    budget: TokenBudget,
    expires_at: Time,
  })
  .openapi('EndUserToken');
export type EndUserToken = z.output<typeof EndUserToken>;
