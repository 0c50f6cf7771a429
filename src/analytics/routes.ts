import { z } from '@hono/zod-openapi';
import { preferredOf } from '../http/accept.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { describeWebhook } from '../http/webhook.ts';
import { Anomaly, AnomalyAlertEvent, AnomalyQuery } from './anomaly-schema.ts';
import { listAnomalies } from './anomaly-service.ts';
import { getCostBreakdown } from './cost-breakdown.ts';
import {
  AgentAnalyticsQuery,
  AgentBreakdownQuery,
  AgentParams,
  Analytics,
  AnalyticsQuery,
  BreakdownQuery,
  CostBreakdown,
} from './schema.ts';
import { getAnalytics } from './service.ts';
import { listArchives, listUsage, readArchive, streamUsage } from './usage.ts';
import { Usage } from './usage-fields.ts';
import { ArchiveParams, UsageArchive, UsageQuery } from './usage-schema.ts';

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
      operationId: 'getAgentCost',
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
      operationId: 'getWorkspaceCost',
      query: BreakdownQuery,
      reply: { status: 200, schema: CostBreakdown, description: 'The parts, the dearest first' },
    },
    (ctx, { query }) => getCostBreakdown(ctx, null, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/anomalies',
      access: 'usage:read',
      tag,
      summary: 'List anomalies',
      description:
        'Days on which the cost or the error rate of an agent was far above its own days before, of which there must be seven with some ' +
        'activity; the last days first. Looked for each hour, on the day that goes on too. What was found stays, whatever the day comes to.',
      query: AnomalyQuery,
      reply: { status: 200, schema: pageOf(Anomaly), description: 'The anomalies' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listAnomalies(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/usage',
      access: 'usage:read',
      tag,
      summary: 'List model calls',
      description:
        'One row for each model call, the newest first: answers, titles and summaries, embeddings, tests of providers. With `Accept: text/csv` all that the filters let through as a table, whatever `limit` and `cursor` say; text that a spreadsheet would take for a formula has an apostrophe before it.',
      query: UsageQuery,
      alsoProduces: ['text/csv'],
      reply: { status: 200, schema: pageOf(Usage), description: 'The calls' },
      failures: ['invalid_cursor', 'not_found'],
    },
    async (ctx, { query, request }) =>
      preferredOf(request.headers.get('accept'), ['application/json', 'text/csv']) === 'text/csv'
        ? streamUsage(ctx, query)
        : listUsage(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/usage/archives',
      access: 'usage:archives',
      tag,
      summary: 'List archives of model calls',
      description:
        'What is older than `usage_retention_days` of the workspace, a day of UTC at a time; the newest archive first.',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(UsageArchive), description: 'The archives' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listArchives(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/usage/archives/{archive}/content',
      access: 'usage:archives',
      tag,
      summary: 'Download an archive of model calls',
      description: 'Gzipped JSON lines, each as in the list of model calls, the oldest first.',
      params: ArchiveParams,
      reply: { status: 200, mediaType: 'application/gzip', description: 'The archive' },
    },
    (ctx, { params }) => readArchive(ctx, params.archive),
  );

describeWebhook(analyticsRoutes, {
  name: 'anomaly.alert',
  tag,
  summary: 'A day stands out',
  description:
    'Sent to the webhook of the workspace when the cost or the error rate of an agent is far above its past days.',
  schema: AnomalyAlertEvent,
});
