import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { Case } from '../datasets/case-schema.ts';
import {
  createCaseOfItem,
  createItem,
  getItem,
  listItems,
  setVerdict,
  updateItem,
} from './items.ts';
import {
  CaseOfReview,
  CreateReviewItem,
  ReviewItem,
  ReviewItemQuery,
  SetVerdict,
  UpdateReviewItem,
  Verdict,
} from './schema.ts';

const item = z.object({ review_item: Id('rvw') });
const tag = 'Evaluation';
const etag = ({ revision }: ReviewItem) => String(revision);

export const reviewRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/review-items',
      access: 'reviews:write',
      tag,
      summary: 'Add a turn to the review queue',
      operationId: 'createReviewItem',
      description: 'A turn is in the queue once. Review rules add turns by themselves.',
      body: CreateReviewItem,
      reply: { status: 201, schema: ReviewItem, description: 'The item' },
      failures: ['not_found', 'conflict'],
      etag,
    },
    (ctx, { body }) => createItem(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/review-items',
      access: 'reviews:read',
      tag,
      summary: 'List review items',
      description: 'A key that may not read messages gets the items without their texts.',
      query: ReviewItemQuery,
      reply: { status: 200, schema: pageOf(ReviewItem), description: 'Items, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listItems(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/review-items/{review_item}',
      access: 'reviews:read',
      tag,
      summary: 'Get a review item',
      params: item,
      reply: { status: 200, schema: ReviewItem, description: 'The item with its verdicts' },
      etag,
    },
    (ctx, { params }) => getItem(ctx, params.review_item),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/review-items/{review_item}',
      access: 'reviews:write',
      tag,
      summary: 'Update a review item',
      description: 'Assigns it, sets its due time, or changes its status.',
      params: item,
      body: UpdateReviewItem,
      reply: { status: 200, schema: ReviewItem, description: 'The updated item' },
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateItem(ctx, params.review_item, ifMatch, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/review-items/{review_item}/verdicts',
      access: 'reviews:write',
      tag,
      summary: 'Give a verdict',
      operationId: 'setVerdict',
      description: 'Each reviewer has one verdict on an item; a new one replaces it.',
      params: item,
      body: SetVerdict,
      reply: { status: 200, schema: Verdict, description: 'The verdict' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => setVerdict(ctx, params.review_item, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/review-items/{review_item}/case',
      access: 'datasets:write',
      tag,
      summary: 'Add a review item to a dataset',
      operationId: 'createReviewItemCase',
      description:
        'The expected answer is the better answer of a verdict; the answer itself only if no verdict finds fault with it. Labels of verdicts become tags.',
      params: item,
      body: CaseOfReview,
      reply: { status: 201, schema: Case, description: 'The case' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body }) => createCaseOfItem(ctx, params.review_item, body),
  );
