import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { describeWebhook } from '../http/webhook.ts';
import { Budget, CreateBudget, UpdateBudget } from './schema.ts';
import {
  createBudget,
  explainBudget,
  getBudget,
  listBudgets,
  listOwnBudgets,
  removeBudget,
  updateBudget,
} from './service.ts';
import { BudgetAlertEvent, ExplainedBudget, ListedBudget, OwnBudget } from './standing.ts';

const budget = z.object({ budget: Id('bud') });
const access = 'budgets:manage' as const;
const tag = 'Budgets';

export const budgetRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/budgets',
      access,
      tag,
      summary: 'Create a budget',
      description:
        'Limits the cost of model calls. Before each call its maximum cost is held against every budget that applies, and then ' +
        'settled at the actual cost; a call that exceeds a budget is refused with 402. Earlier calls are not counted. The first budget of a workspace can take ' +
        'up to 30 seconds to apply everywhere; changes and further budgets apply at once.',
      body: CreateBudget,
      reply: { status: 201, schema: Budget, description: 'The budget' },
      failures: ['url_not_allowed', 'conflict', 'not_found'],
    },
    (ctx, { body }) => createBudget(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/budgets',
      access,
      tag,
      summary: 'List budgets',
      query: z.strictObject(pageQuery),
      reply: {
        status: 200,
        schema: pageOf(ListedBudget),
        description: 'Budgets with their use, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listBudgets(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/budgets/{budget}',
      access,
      tag,
      summary: 'Get a budget',
      params: budget,
      reply: { status: 200, schema: Budget, description: 'The budget' },
    },
    (ctx, { params }) => getBudget(ctx, params.budget),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/budgets/{budget}',
      access,
      tag,
      summary: 'Update a budget',
      description:
        'Scope, subject and period cannot be changed. A lower limit applies to subsequent calls.',
      params: budget,
      body: UpdateBudget,
      reply: { status: 200, schema: Budget, description: 'The updated budget' },
      failures: ['url_not_allowed'],
    },
    (ctx, { params, body }) => updateBudget(ctx, params.budget, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/budgets/{budget}',
      access,
      tag,
      summary: 'Delete a budget',
      description: 'Deletes its counters, holds and alerts. Usage rows are kept.',
      params: budget,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await removeBudget(ctx, params.budget)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/budgets/{budget}/explain',
      access,
      tag,
      summary: 'Explain a budget',
      description:
        'Returns the use of the budget in the current period, open holds, the latest settlements and alerts.',
      params: budget,
      query: z.strictObject({
        subject: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('Restricts the result to this agent, API key or end user'),
      }),
      reply: {
        status: 200,
        schema: ExplainedBudget,
        description: 'The budget with its use, holds and alerts',
      },
    },
    (ctx, { params, query }) => explainBudget(ctx, params.budget, query.subject ?? null),
  )
  .endpoint(
    {
      method: 'get',
      path: '/users/me/budget',
      access: 'self:read',
      tag,
      summary: 'List the budgets of the caller',
      operationId: 'listCurrentKeyBudgets',
      description: 'Returns every budget that applies to calls of this key, with its use.',
      query: z.strictObject({
        agent_id: Id('agt')
          .optional()
          .describe('Includes budgets that apply to calls of this agent'),
        end_user_id: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('Includes budgets that apply to calls for this end user'),
      }),
      reply: {
        status: 200,
        schema: pageOf(OwnBudget),
        description: 'All budgets, on one page',
      },
    },
    (ctx, { query }) => listOwnBudgets(ctx, query),
  );
describeWebhook(budgetRoutes, {
  name: 'budget.alert',
  tag,
  summary: 'A budget alert is raised',
  description:
    'Sent to the webhook of the budget, or else to the alert webhook of the workspace, when a threshold is reached, the limit is forecast to be exceeded, or a call is refused.',
  schema: () => BudgetAlertEvent,
});
