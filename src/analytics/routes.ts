import { Router } from '../http/router.ts';
import {
  AgentAnalyticsQuery,
  AgentBreakdownQuery,
  AgentParams,
  Analytics,
  AnalyticsQuery,
  BreakdownQuery,
  CostBreakdown,
} from './schema.ts';
import { getAnalytics, getCostBreakdown } from './service.ts';

const tag = 'Analytics';

export const analyticsRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/analytics',
      access: 'usage:read',
      tag,
      summary: 'Get the analytics of an agent',
      description:
        'Usage, performance, quality and cost, today included, compared with as many days right before. Runs count when they end, calls when they are made, ratings when they are first given. Runs of drafts count in the cost alone, and requests without a session are no chats.',
      params: AgentParams,
      query: AgentAnalyticsQuery,
      reply: { status: 200, schema: Analytics, description: 'The analytics' },
    },
    (ctx, { params, query }) => getAnalytics(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/analytics',
      access: 'usage:read',
      tag,
      summary: 'Get the analytics of the workspace',
      description: 'As of an agent, over all agents that the key may see.',
      query: AnalyticsQuery,
      reply: { status: 200, schema: Analytics, description: 'The analytics' },
    },
    (ctx, { query }) => getAnalytics(ctx, null, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/cost-breakdown',
      access: 'usage:read',
      tag,
      summary: 'Break down the cost of an agent',
      params: AgentParams,
      query: AgentBreakdownQuery,
      reply: { status: 200, schema: CostBreakdown, description: 'The parts, the dearest first' },
    },
    (ctx, { params, query }) => getCostBreakdown(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/cost-breakdown',
      access: 'usage:read',
      tag,
      summary: 'Break down the cost of the workspace',
      query: BreakdownQuery,
      reply: { status: 200, schema: CostBreakdown, description: 'The parts, the dearest first' },
    },
    (ctx, { query }) => getCostBreakdown(ctx, null, query),
  );
