import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { CreateReviewRule, ReviewRule, UpdateReviewRule } from './rule-schema.ts';
import { createRule, deleteRule, listRules, updateRule } from './rules.ts';
import { getSummary } from './summary.ts';
import { ReviewSummary, SummaryQuery } from './summary-schema.ts';

const ofAgent = z.object({ agent: AgentParameter });
const rule = z.object({ review_rule: Id('rvr') });
const tag = 'Evaluation';

export const reviewRuleRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/review-rules',
      access: 'reviews:write',
      tag,
      summary: 'Create a review rule',
      description:
        'Adds turns that end from now on to the review queue, within a minute or two. Previews are left out. An agent has at most 20 rules.',
      params: ofAgent,
      body: CreateReviewRule,
      reply: { status: 201, schema: ReviewRule, description: 'The rule' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => createRule(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/review-rules',
      access: 'reviews:read',
      tag,
      summary: 'List review rules',
      params: ofAgent,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(ReviewRule), description: 'Rules, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listRules(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/review-rules/{review_rule}',
      access: 'reviews:write',
      tag,
      summary: 'Update a review rule',
      params: rule,
      body: UpdateReviewRule,
      reply: { status: 200, schema: ReviewRule, description: 'The updated rule' },
    },
    (ctx, { params, body }) => updateRule(ctx, params.review_rule, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/review-rules/{review_rule}',
      access: 'reviews:write',
      tag,
      summary: 'Delete a review rule',
      description: 'Turns that it has added stay in the queue.',
      params: rule,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteRule(ctx, params.review_rule)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/review-summary',
      access: 'reviews:read',
      tag,
      summary: 'Summarize the reviews of an agent',
      operationId: 'getReviewSummary',
      description:
        'Counts of items and verdicts, verdicts by version, labels, and the agreement between reviewers.',
      params: ofAgent,
      query: SummaryQuery,
      reply: { status: 200, schema: ReviewSummary, description: 'The summary' },
    },
    (ctx, { params, query }) => getSummary(ctx, params.agent, query),
  );
