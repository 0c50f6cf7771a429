import { Router } from '../http/router.ts';
import { RateLimits } from './schema.ts';
import { getRateLimits, setRateLimits } from './service.ts';

const tag = 'Rate limits';

export const rateLimitRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/rate-limits',
      access: 'rate-limits:manage',
      tag,
      summary: 'Get rate limits',
      description: 'A workspace begins without any.',
      reply: { status: 200, schema: RateLimits, description: 'The limits of the workspace' },
    },
    (ctx) => getRateLimits(ctx),
  )
  .endpoint(
    {
      method: 'put',
      path: '/rate-limits',
      access: 'rate-limits:manage',
      tag,
      summary: 'Set rate limits',
      description:
        'Replaces all of them; what is left out has no limit. Requests of the workspace and of a key are all that its keys make. Those of ' +
        'an agent and an end user are answers that are asked for, and other calls of models on their behalf. Work in the background is ' +
        'not limited. Other locations may go on with the old limits for 30 seconds. What a limit refuses counts for none.',
      body: RateLimits,
      reply: { status: 200, schema: RateLimits, description: 'The limits as they are now' },
      failures: ['not_found'],
    },
    (ctx, { body }) => setRateLimits(ctx, body),
  );
