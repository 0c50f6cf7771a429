import type { Context } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { agentRoutes } from './agents/index.ts';
import { analyticsRoutes } from './analytics/index.ts';
import { budgetRoutes, forgetBudgets, moveToZone } from './budgets/index.ts';
import { withClientForms } from './http/client-forms.ts';
import { docsPage, docsPolicy, problemsPage } from './http/docs.ts';
import { type ErrorForm, toErrorResponse } from './http/error-form.ts';
import { serverTiming } from './http/middleware/timing.ts';
import { openApiInfo, withNullableReferences } from './http/openapi.ts';
import { problems } from './http/problem.ts';
import { type AppEnv, Router } from './http/router.ts';
import { knowledgeRoutes } from './knowledge/index.ts';
import { llmRoutes, modelFault } from './llm/index.ts';
import { notificationRoutes } from './notifications/index.ts';
import { healthRoutes, telemetryRoutes } from './observability/index.ts';
import { openPlatform } from './platform/cloudflare.ts';
import { createLog } from './platform/log.ts';
import {
  conversationRoutes,
  fileRoutes,
  openAiErrors,
  openAiRoutes,
  unknownUrl,
} from './protocols/openai/index.ts';
import {
  admission,
  openAiRateLimitHeaders,
  rateLimitHeaders,
  rateLimitRoutes,
} from './rate-limits/index.ts';
import { attachmentRoutes, sessionRoutes } from './sessions/index.ts';
import { Failure } from './shared/failure.ts';
import { newId } from './shared/id.ts';
import { toolRoutes } from './tools/index.ts';
import {
  applyQuotaDefaults,
  authenticate,
  managedWorkspaceRoutes,
  quotaRoutes,
  workspaceRoutes,
} from './workspaces/index.ts';

/** Every feature with routes of its own. */
const features = [
  workspaceRoutes(modelFault, { move: moveToZone, moved: forgetBudgets }),
  managedWorkspaceRoutes,
  quotaRoutes,
  toolRoutes,
  agentRoutes,
  llmRoutes,
  ...notificationRoutes,
  budgetRoutes(modelFault),
  rateLimitRoutes,
  knowledgeRoutes,
  sessionRoutes,
  attachmentRoutes,
  analyticsRoutes,
  telemetryRoutes,
];

const platform = createMiddleware<AppEnv>(async (c, next) => {
  const started = Date.now();
  const bookmark = c.req.header('x-d1-bookmark');
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  const point =
    bookmark !== undefined && bookmarkPattern.test(bookmark) ? bookmark : 'first-unconstrained';
  // A change checks what stands now: the bookmark of a client may be satisfied by a replica that is older.
  const consistency = isRead ? point : 'first-primary';
  const opened = openPlatform(c.env, c.executionCtx, { request_id: c.var.requestId, consistency });
  c.set('platform', opened);
  c.set('authenticate', authenticate);
  c.set('admission', admission);
  if (!isRead) await applyQuotaDefaults(opened);
  await next();
  c.header('server-timing', serverTiming(opened.meter, Date.now() - started));
  const rates = [...opened.rates.values()];
  const limits = {
    ...rateLimitHeaders(rates),
    ...(isForOpenAi(c.req.path) ? openAiRateLimitHeaders(rates) : {}),
  };
  for (const [name, value] of Object.entries(limits)) c.header(name, value);
  const reached = opened.bookmark();
  if (reached !== null) c.header('x-d1-bookmark', reached);
  opened.log.info('request', {
    workspace_id: c.var.workspace_id,
    method: c.req.method,
    path: c.req.routePath,
    status: c.res.status,
    ms: Date.now() - started,
  });
});

/** Before what anybody may ask for and takes work. */
const floodGuard = createMiddleware<AppEnv>(async (c, next) => {
  await admission.anonymous(c.var.platform, c.req.header('cf-connecting-ip') ?? null);
  await next();
});

/** Nothing we answer with is to be run or framed, but for the pages that say otherwise themselves. */
const contentPolicy = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has('content-security-policy'))
    c.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
});

const guarded = /^\/(?:api|v1)(?:\/|$)|^\/(?:metrics|readyz)$/;

/** What a credential was shown is stored by no cache. A response may have a stricter rule of its own. */
const cachePolicy = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  if (!guarded.test(c.req.path) || c.req.method === 'OPTIONS') return;
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  c.header('vary', 'Authorization', { append: true });
});

/** What D1 gives out as a bookmark; it fails the request for anything else. */
const bookmarkPattern = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

const app = new Router();

app.use(requestId({ generator: () => newId('req'), limitLength: 128 }));
app.use(cachePolicy);
app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => refuseMethod(c, methods) }));
app.use(
  secureHeaders({
    contentSecurityPolicy: undefined,
    crossOriginResourcePolicy: false,
    xFrameOptions: 'DENY',
  }),
);
app.use(contentPolicy);
const exposeHeaders = [
  'etag',
  'server-timing',
  'x-request-id',
  'x-d1-bookmark',
  'retry-after',
  'idempotent-replayed',
  'x-run-id',
  'ratelimit',
  'ratelimit-policy',
  ...['requests', 'tokens'].flatMap((unit) =>
    ['limit', 'remaining', 'reset'].map((what) => `x-ratelimit-${what}-${unit}`),
  ),
];
for (const path of ['/api/*', '/v1/*', '/metrics'])
  app.use(path, cors({ origin: '*', exposeHeaders, maxAge: 600 }), platform);
app.use('/openapi.json', cors({ origin: '*', maxAge: 600 }), platform, floodGuard);
app.use('/healthz', platform);
app.use('/readyz', platform, floodGuard);

for (const feature of features) app.route('/api/v1', feature);
for (const routes of [openAiRoutes, conversationRoutes, fileRoutes]) app.route('/v1', routes);
app.route('/', healthRoutes);

app.get('/docs', (c) => c.html(docsPage(), 200, { 'content-security-policy': docsPolicy }));
app.get('/docs/problems', (c) => c.html(problemsPage()));
app.get('/', (c) => c.json({ name: 'AgentGrid', docs: '/docs', openapi: '/openapi.json' }));
app.openAPIRegistry.registerComponent('securitySchemes', 'api_key', {
  type: 'http',
  scheme: 'bearer',
  description: 'A key of a workspace: `ag_…`',
});
app.openAPIRegistry.registerComponent('securitySchemes', 'root_key', {
  type: 'http',
  scheme: 'bearer',
  description: 'The `ROOT_KEY` of the deployment; manages workspaces and nothing else',
});
app.get('/openapi.json', (c) =>
  c.json(
    withClientForms(
      withNullableReferences(
        app.getOpenAPI31Document({
          ...openApiInfo,
          tags: [...openApiInfo.tags],
          servers: [{ url: new URL(c.req.url).origin }],
        }),
      ),
    ),
  ),
);

/** OpenAI clients read errors in OpenAI's envelope. */
const isForOpenAi = (path: string): boolean => path === '/v1' || path.startsWith('/v1/');

app.notFound((c) =>
  fail(
    c,
    isForOpenAi(c.req.path)
      ? unknownUrl(c.req.method, c.req.path)
      : unknownPath(c.req.method, c.req.path),
  ),
);
app.onError((error, c) => fail(c, error));

const unknownPath = (method: string, path: string) =>
  new Failure(
    'not_found',
    `There is no ${method} ${path.slice(0, 200)}. /docs lists what there is.`,
  );

function fail(c: Context<AppEnv>, error: unknown): Response {
  const form: ErrorForm = isForOpenAi(c.req.path) ? openAiErrors : problems;
  const log = createLog({ request_id: c.var.requestId, path: c.req.routePath });
  return toErrorResponse(form, error, c.var.requestId, log);
}

function refuseMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  const allow = methods.join(', ');
  return fail(c, new Failure('method_not_allowed', `Use ${allow}.`, { headers: { allow } }));
}

export { app };
