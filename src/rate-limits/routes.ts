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
      description: 'A new workspace has no limits.',
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
        'Replaces all rate limits; a limit that is left out is removed. For the workspace and for keys, every API request counts. For ' +
        'agents and end users, runs count, and model calls outside of runs. Background work is not limited. Other locations may apply ' +
        'the old limits for up to 30 seconds. A refused request counts towards no limit.',
      body: RateLimits,
      reply: { status: 200, schema: RateLimits, description: 'The new limits' },
      failures: ['not_found'],
    },
    (ctx, { body }) => setRateLimits(ctx, body),
  );
