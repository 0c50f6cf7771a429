import type { Context } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { apiOf, guards, routesUnder } from './features.ts';
import type { AppEnv } from './http/authorize.ts';
import { consolePageRoutes } from './http/console-page.ts';
import { docsPage, docsPolicy, problemsPage } from './http/docs.ts';
import { buildDocument } from './http/document.ts';
import { toErrorResponse } from './http/error-form.ts';
import { apiCors } from './http/middleware/cors.ts';
import { serverTiming } from './http/middleware/timing.ts';
import { Router } from './http/router.ts';
import { openPlatform } from './platform/cloudflare.ts';
import { createLog } from './platform/log.ts';
import { Failure } from './shared/failure.ts';
import { newId } from './shared/id.ts';

// Headers are set on the finished response: Hono's `c.header` would copy the response for each.

const platform = createMiddleware<AppEnv>(async (c, next) => {
  const started = Date.now();
  const bookmark = c.req.header('x-d1-bookmark');
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  const point =
    bookmark !== undefined && bookmarkPattern.test(bookmark) ? bookmark : 'first-unconstrained';
  // A change must check current state; a client's bookmark may be satisfied by an older replica.
  const consistency = isRead ? point : 'first-primary';
  const opened = openPlatform(c.env, c.executionCtx, { request_id: c.var.requestId, consistency });
  c.set('platform', opened);
  c.set('identity', guards.identity);
  c.set('admission', guards.admission);
  if (!isRead) await guards.beforeWrite(opened);
  await next();
  const { headers } = c.res;
  headers.set('server-timing', serverTiming(opened.meter, Date.now() - started));
  const rates = [...opened.rates.values()];
  const limits = apiOf(c.req.path).rateLimitHeaders(rates);
  for (const [name, value] of Object.entries(limits)) headers.set(name, value);
  const reached = opened.bookmark();
  if (reached !== null) headers.set('x-d1-bookmark', reached);
  opened.log.info('request', {
    workspace_id: c.var.workspace_id,
    method: c.req.method,
    path: c.req.routePath,
    status: c.res.status,
    ms: Date.now() - started,
  });
});

/** Limits anonymous requests to public operations that take work. */
const floodGuard = createMiddleware<AppEnv>(async (c, next) => {
  await guards.admission.anonymous(c.var.platform, c.req.header('cf-connecting-ip') ?? null);
  await next();
});

/** Forbids running and framing responses; pages that need more set their own policy. */
const contentPolicy = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has('content-security-policy'))
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
});

const guarded = /^\/(?:api|v1|mcp)(?:\/|$)|^\/(?:metrics|readyz)$/;

/** Keeps responses to credentials out of caches. A response may set a stricter rule. */
const cachePolicy = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!guarded.test(c.req.path) || c.req.method === 'OPTIONS') return;
  const { headers } = c.res;
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  headers.append('vary', 'Authorization, Cookie, AgentGrid-Workspace');
});

/** The form of D1 bookmarks; D1 fails a request with any other. */
const bookmarkPattern = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

const app = new Router();

app.use(requestId({ generator: () => newId('req'), limitLength: 128 }));
app.use(cachePolicy);
app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => refuseMethod(c, methods) }));
app.use(
  secureHeaders({
    crossOriginResourcePolicy: false,
    xFrameOptions: 'DENY',
  }),
);
app.use(contentPolicy);
for (const path of ['/api/*', '/v1/*', '/metrics']) app.use(path, apiCors, platform);
app.use('/api/v1/auth/*', floodGuard);
app.use('/openapi.json', cors({ origin: '*', maxAge: 600 }), platform, floodGuard);
app.use('/api/v1/shared/*', floodGuard);
app.use('/api/v1/messages/:message/citations/:citation/document', floodGuard);
// Its routes answer preflight requests, from its own origins only.
app.use('/mcp/*', platform);
app.use('/healthz', platform);
app.use('/readyz', platform, floodGuard);
app.use('/oauth/*', platform, floodGuard);
app.use('/auth/*', platform, floodGuard);

for (const prefix of ['/api/v1', '/v1', '/'] as const)
  for (const routes of routesUnder(prefix)) app.include(prefix, routes);

app.get('/docs', (c) => c.html(docsPage(), 200, { 'content-security-policy': docsPolicy }));
app.route('/', consolePageRoutes);
app.get('/docs/problems', (c) => c.html(problemsPage()));
app.get('/', (c) => c.json({ name: 'AgentGrid', docs: '/docs', openapi: '/openapi.json' }));
app.get('/openapi.json', (c) =>
  c.json(
    buildDocument((registry, prefix) => app.register(registry, prefix), new URL(c.req.url).origin),
  ),
);

app.notFound((c) => fail(c, apiOf(c.req.path).unknownPath(c.req.method, c.req.path)));
app.onError((error, c) => fail(c, error));

function fail(c: Context<AppEnv>, error: unknown): Response {
  const log = createLog({ request_id: c.var.requestId, path: c.req.routePath });
  return toErrorResponse(apiOf(c.req.path).errors, error, c.var.requestId, log);
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  const allow = methods.join(', ');
  return fail(c, new Failure('method_not_allowed', `Use ${allow}.`, { headers: { allow } }));
}

export { app };
