import type { Context } from 'hono';
import type { AppEnv } from '../../http/authorize.ts';
import { Router } from '../../http/router.ts';
import type { Ctx } from '../../platform/context.ts';
import { finishSignIn, startSignIn } from './sign-in.ts';

const contextOf = (c: Context<AppEnv>): Promise<Ctx> | Ctx =>
  c.var.platform.context({
    workspace_id: '',
    actor: { type: 'system', name: 'anonymous' },
    rate_limits: null,
    ip: c.req.header('cf-connecting-ip') ?? null,
    signal: c.req.raw.signal,
  });

/** Addresses for browsers, outside of the API: the start of a sign-in at an identity provider, and its end. */
export const oidcRoutes = new Router();

oidcRoutes.get('/auth/oidc/:provider', async (c) =>
  startSignIn(await contextOf(c), c.req.raw, c.req.param('provider')),
);
oidcRoutes.get('/auth/oidc/:provider/callback', async (c) =>
  finishSignIn(await contextOf(c), c.req.raw, c.req.param('provider')),
);
