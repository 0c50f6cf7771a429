import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { describeWebhook } from '../http/webhook.ts';
import {
  Budget,
  BudgetAlertEvent,
  CreateBudget,
  ExplainedBudget,
  OwnBudget,
  UpdateBudget,
} from './schema.ts';
import {
  createBudget,
  explainBudget,
  getBudget,
  listBudgets,
  listOwnBudgets,
  removeBudget,
  updateBudget,
} from './service.ts';

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
        'What model calls may cost. What a call may cost at most is held against every budget that binds it before it is made, and ' +
        'settled at what it cost; a call without room is refused with 402. Counts from now on. The first budget of a workspace binds at ' +
        'once here and within 30 seconds everywhere; changes and further ones bind at once.',
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
      reply: { status: 200, schema: pageOf(Budget), description: 'Budgets, newest first' },
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
        'Scope, subject and period stay as they are. A lower limit holds for calls from now on.',
      params: budget,
      body: UpdateBudget,
      reply: { status: 200, schema: Budget, description: 'The budget as it is now' },
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
      description: 'With what was counted for it. Usage rows stay.',
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
        'Where its money is: what is left in the period that runs, open holds, the last settlements, alerts.',
      params: budget,
      query: z.strictObject({
        subject: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('Only of this agent, key or end user'),
      }),
      reply: { status: 200, schema: ExplainedBudget, description: 'The budget and its money' },
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
      description: 'Every budget that binds a call of this key, and how it stands.',
      query: z.strictObject({
        agent_id: Id('agt').optional().describe('For calls of this agent'),
        end_user_id: z
          .string()
          .min(1)
          .max(256)
          .optional()
          .describe('For calls on behalf of this end user'),
      }),
      reply: {
        status: 200,
        schema: pageOf(OwnBudget),
        description: 'The budgets, all on one page',
      },
    },
    (ctx, { query }) => listOwnBudgets(ctx, query),
  );
describeWebhook(budgetRoutes, {
  name: 'budget.alert',
  tag,
  summary: 'A budget has an alert',
  description:
    'Sent to the webhook of the budget, or else to that of the workspace, when a threshold is passed or a call is refused.',
  schema: BudgetAlertEvent,
});
