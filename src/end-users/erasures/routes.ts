import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { EndUserParameter } from '../schema.ts';
import { Erasure, ErasureKeys, VerifiedReceipt, VerifyReceipt } from './schema.ts';
import {
  eraseEndUser,
  getErasure,
  listErasureKeys,
  listErasures,
  verifyReceipt,
} from './service.ts';

const tag = 'End users';
const access = 'end-users:manage';

export const erasureRoutes = new Router()
  .endpoint(
    {
      method: 'delete',
      path: '/end-users/{end_user}',
      access,
      tag,
      summary: 'Erase an end user',
      operationId: 'eraseEndUser',
      description:
        'Erases sessions, runs, messages, ratings, files, exports, sign-ins and schedules of the end user, and what was made of them: cases, ' +
        'replays, reviews. Usage and the audit log are kept under a pseudonym. Tokens of the person are refused at once, runs are stopped, ' +
        'and until the erasure is completed, after about 15 minutes, new sessions, runs and ratings of the person are answered with 409. ' +
        'An id that was never used is erased, too. Repeating the request returns the erasure that is running.',
      params: EndUserParameter,
      reply: { status: 202, schema: Erasure, description: 'The erasure has started' },
    },
    (ctx, { params }) => eraseEndUser(ctx, params.end_user),
  )
  .endpoint(
    {
      method: 'get',
      path: '/erasures',
      access,
      tag,
      summary: 'List erasures',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Erasure), description: 'Erasures, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listErasures(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/erasures/{erasure}',
      access,
      tag,
      summary: 'Get an erasure',
      operationId: 'getErasure',
      description: 'The state of an erasure; once it is completed, with its signed receipt.',
      params: z.object({ erasure: Id('era') }),
      reply: { status: 200, schema: Erasure, description: 'The erasure' },
    },
    (ctx, { params }) => getErasure(ctx, params.erasure),
  )
  .endpoint(
    {
      method: 'post',
      path: '/erasures/verify',
      access,
      tag,
      summary: 'Verify an erasure receipt',
      operationId: 'verifyErasureReceipt',
      description:
        'Checks the signature of a receipt. Everybody else can check it with a library for JOSE and `GET /erasure-keys`.',
      body: VerifyReceipt,
      reply: { status: 200, schema: VerifiedReceipt, description: 'The result' },
    },
    (ctx, { body }) => verifyReceipt(ctx, body.receipt),
  )
  .endpoint(
    {
      method: 'get',
      path: '/erasure-keys',
      access: 'public',
      tag,
      summary: 'List keys of erasure receipts',
      operationId: 'listErasureKeys',
      description:
        'The public keys of the deployment that have signed receipts, as a JSON Web Key Set. A key stays listed when the deployment gets another one.',
      reply: { status: 200, schema: ErasureKeys, description: 'The keys' },
    },
    (ctx) => listErasureKeys(ctx),
  );
