import { agentsFeature } from './agents/index.ts';
import { analyticsFeature } from './analytics/index.ts';
import { architectFeature } from './architect/index.ts';
import { budgetsFeature } from './budgets/index.ts';
import { channelsFeature } from './channels/index.ts';
import { codeFeature } from './code/index.ts';
import { deploymentFeature } from './deployment/index.ts';
import { endUsersFeature } from './end-users/index.ts';
import { erasureFeature } from './erasure/index.ts';
import { evaluationFeature } from './evaluation/index.ts';
import { experimentsFeature } from './experiments/index.ts';
import type { AppEnv } from './http/authorize.ts';
import type { ErrorForm } from './http/error-form.ts';
import type { Feature, Prefix } from './http/feature.ts';
import { problems } from './http/problem.ts';
import type { Router } from './http/router.ts';
import { authenticate, authorize, identityFeature, isCoveredBy } from './identity/index.ts';

import { invoicesFeature } from './invoices/index.ts';
import { jobsFeature } from './jobs/index.ts';
import { knowledgeFeature } from './knowledge/index.ts';
import { llmFeature } from './llm/index.ts';
import { notificationsFeature } from './notifications/index.ts';
import { observabilityFeature } from './observability/index.ts';
import type { Job } from './platform/job.ts';
import type { JobHandlers } from './platform/job-handler.ts';
import type { RateStanding } from './platform/ports.ts';
import { mcpErrors, mcpFeature } from './protocols/mcp/index.ts';
import { openAiErrors, openAiFeature, unknownUrl } from './protocols/openai/index.ts';
import { uiStream, uiStreamFeature } from './protocols/ui-stream/index.ts';
import {
  admission,
  openAiRateLimitHeaders,
  RateLimiter,
  rateLimitHeaders,
  rateLimitsFeature,
} from './rate-limits/index.ts';
import { RunHost, runsFeature } from './runs/index.ts';
import { schedulesFeature } from './schedules/index.ts';
import { secretsFeature } from './secrets/index.ts';
import { sessionsFeature } from './sessions/index.ts';
import { shareLinksFeature } from './share-links/index.ts';
import { Failure } from './shared/failure.ts';
import { toolsFeature } from './tools/index.ts';
import { webFeature } from './web/index.ts';
import { applyQuotaDefaults, workspacesFeature } from './workspaces/index.ts';

const sessions = sessionsFeature(uiStream);
const runs = runsFeature(uiStream, sessions.drivers);

/** All features, in the order in which their tasks run in a tick: alerts and anomalies are queued before the outbox is swept, and events of schedules before they are published. */
const features = [
  identityFeature,
  endUsersFeature,
  workspacesFeature,
  toolsFeature,
  webFeature,
  agentsFeature,
  llmFeature,
  secretsFeature,
  budgetsFeature,
  schedulesFeature,
  experimentsFeature,
  notificationsFeature,
  jobsFeature,
  rateLimitsFeature,
  knowledgeFeature,
  runs,
  codeFeature,
  sessions,
  shareLinksFeature,
  channelsFeature,
  uiStreamFeature,
  openAiFeature,
  mcpFeature,
  evaluationFeature,
  architectFeature(uiStream),
  // Before the archive takes the calls of a month that has just ended.
  invoicesFeature,
  analyticsFeature,
  observabilityFeature,
  deploymentFeature,
  erasureFeature,
] as const satisfies readonly Feature[];

type Registered = (typeof features)[number];
type HandledJob = Registered extends infer One
  ? One extends { jobs: infer Jobs }
    ? keyof Jobs
    : never
  : never;

/** Does not compile if no feature handles a type of job. */
const jobHandlerLists: readonly Partial<JobHandlers>[] = features.flatMap((feature) =>
  'jobs' in feature ? [feature.jobs] : [],
);
const unhandled: { readonly [Type in Exclude<Job['type'], HandledJob>]: never } = {};

export const jobHandlers = Object.assign({}, ...jobHandlerLists, unhandled) as JobHandlers;

const tasksOf = (period: 'everyMinute' | 'everyHour') =>
  (features as readonly Feature[]).flatMap(({ tasks }) => tasks?.[period] ?? []);

export const schedule = { everyMinute: tasksOf('everyMinute'), everyHour: tasksOf('everyHour') };

/** Routers under a prefix of the URL. */
export const routesUnder = (prefix: Prefix): readonly Router[] =>
  (features as readonly Feature[]).flatMap(({ routes }) => routes?.[prefix] ?? []);

/** The middleware that features provide to every request. */
export const guards = {
  identity: { authenticate, authorize, isCoveredBy },
  admission,
  /** Called before a request that may write. */
  beforeWrite: applyQuotaDefaults,
} satisfies Pick<AppEnv['Variables'], 'identity' | 'admission'> & { beforeWrite: unknown };

/** The differences between the native API and those of other protocols, selected by the path of a request. */
interface Api {
  readonly errors: ErrorForm;
  readonly unknownPath: (method: string, path: string) => Failure;
  readonly rateLimitHeaders: (standings: readonly RateStanding[]) => Record<string, string>;
}

const ownApi: Api = {
  errors: problems,
  unknownPath: (method, path) =>
    new Failure(
      'not_found',
      `No operation ${method} ${path.slice(0, 200)}. /docs lists all operations.`,
    ),
  rateLimitHeaders,
};
const openAiApi: Api = {
  errors: openAiErrors,
  unknownPath: unknownUrl,
  rateLimitHeaders: (standings) => ({
    ...rateLimitHeaders(standings),
    ...openAiRateLimitHeaders(standings),
  }),
};

const mcpApi: Api = { ...ownApi, errors: mcpErrors };

const apis: Readonly<Record<string, Api>> = { v1: openAiApi, mcp: mcpApi };

export const apiOf = (path: string): Api => {
  const [, first = ''] = path.split('/', 2);
  return Object.hasOwn(apis, first) ? (apis[first] ?? ownApi) : ownApi;
};

const streams = features.flatMap((feature) => ('streams' in feature ? feature.streams : []));

const drivers = [...sessions.drivers, ...runs.drivers];

/** The Durable Object that executes runs; the name of its class is part of deployed state. */
export class SessionHost extends RunHost {
  protected readonly protocols = streams;
  protected readonly drivers = drivers;
}
export { RateLimiter };
