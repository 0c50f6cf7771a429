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
        'Usage, performance, quality and cost, including today, compared with the same number of days directly before. Runs count when they end, calls when they are made, ratings when they are first given. Runs of drafts count only in the cost, and runs without a session are not chats. A metric is null if part of the range was rolled up before the metric existed.',
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
      description: 'The analytics of all agents that the key covers.',
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
      reply: {
        status: 200,
        schema: CostBreakdown,
        description: 'The parts, in descending order of cost',
      },
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
      reply: {
        status: 200,
        schema: CostBreakdown,
        description: 'The parts, in descending order of cost',
      },
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
        'Days on which the cost or the error rate of an agent was far above its previous days, of which at least seven must have activity; ' +
        'newest first. Anomalies are detected every hour, also for the current day. A detected anomaly is kept.',
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
        'One row for each model call, newest first: answers, titles, summaries, embeddings, tests of providers. `Accept: text/csv` returns all matching rows as a table and ignores `limit` and `cursor`; text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe.',
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
        'Model calls older than `usage_retention_days` of the workspace, one UTC day each; newest first.',
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
      description: 'Gzipped JSON lines with the fields of `ModelCall`, oldest first.',
      params: ArchiveParams,
      reply: { status: 200, mediaType: 'application/gzip', description: 'The archive' },
    },
    (ctx, { params }) => readArchive(ctx, params.archive),
  );

describeWebhook(analyticsRoutes, {
  name: 'anomaly.alert',
  tag,
  summary: 'An anomaly was detected',
  description:
    'Sent to the webhook of the workspace when the cost or the error rate of an agent is far above its previous days.',
  schema: () => AnomalyAlertEvent,
});
