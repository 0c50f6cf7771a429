import { type RouteConfig, z } from '@hono/zod-openapi';
import { Failure, type FailureCode, failures } from '../shared/failure.ts';
import { defaultBodyLimit } from './body.ts';
import type { ErrorForm } from './error-form.ts';
import { operationIdOf } from './operation-id.ts';
import { needsWholeWorkspace, permissions } from './permissions.ts';
import { type AnyRoute, honoursIfMatch, isBodyOptional } from './route.ts';

/**
 * Converts a route to its OpenAPI operation, with credential, roles and every failure it can
 * return.
 */
export function toRouteConfig(route: AnyRoute, errors: ErrorForm): RouteConfig {
  const headers = requestHeaders(route);
  const content = {
    ...(route.body === undefined ? {} : { 'application/json': { schema: route.body } }),
    ...Object.fromEntries(
      Object.entries(route.otherBodies ?? {}).map(([media, schema]) => [
        media,
        { schema: schema as z.ZodType },
      ]),
    ),
  };
  return {
    method: route.method,
    path: route.path,
    operationId: route.operationId ?? operationIdOf(route.summary),
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, describeAccess(route)].filter(Boolean).join('\n\n'),
    security: securityOf(route),
    'x-access': route.access,
    ...(route.body === undefined ? {} : { 'x-body-limit': route.bodyLimit ?? defaultBodyLimit }),
    request: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(headers === undefined ? {} : { headers }),
      ...(Object.keys(content).length === 0
        ? {}
        : { body: { required: !isBodyOptional(route), content } }),
    },
    responses: {
      [route.reply.status]: replyOf(route),
      ...otherReplies(route),
      ...errorResponses(codesOf(route), errors),
    },
  } as RouteConfig;
}

function securityOf({ access, for_end_users }: AnyRoute): Record<string, string[]>[] {
  if (access === 'public') return [];
  if (access === 'root') return [{ root_key: [] }];
  if (access === 'person') return [{ session: [] }];
  const others = for_end_users === true ? [{ end_user_token: [] }] : [];
  return [{ api_key: [] }, { session: [] }, ...others];
}

function describeAccess(route: AnyRoute): string {
  if (route.access === 'public') return 'Public.';
  if (route.access === 'root') return 'Requires the root key of the deployment.';
  if (route.access === 'person') return 'Requires a signed-in person.';
  const users = route.for_end_users === true ? ' Accepts tokens of end users.' : '';
  const roles = `Roles: ${permissions[route.access].map((role) => `\`${role}\``).join(', ')}.${users}`;
  return needsWholeWorkspace(route.access)
    ? `${roles} Not for keys that are limited to agents.`
    : roles;
}

function requestHeaders(route: AnyRoute) {
  const shape: Record<string, z.ZodType> = {};
  if (route.method === 'post' && route.access !== 'public') {
    shape['Idempotency-Key'] = z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe(
        'Send the same value with a retry: the request takes effect once and gets the same response, for 48 hours. The value is scoped to ' +
          'one credential and one route: the same value with another credential is a different request.',
      );
  }
  if (honoursIfMatch(route)) {
    shape['If-Match'] = z
      .string()
      .optional()
      .describe(
        'The `ETag` that the change is based on, or a list of which one must match. Returns 412 when none matches.',
      );
  }
  return Object.keys(shape).length === 0 ? undefined : z.object(shape);
}

const rateLimitHeaders = {
  'RateLimit-Policy': {
    description: 'Rate limits that apply to the request: `"key-minute";q=600;w=60`',
    schema: { type: 'string' },
  },
  RateLimit: {
    description:
      'Remaining quota of each limit and seconds until its reset: `"key-minute";r=599;t=42`',
    schema: { type: 'string' },
  },
};

const eventStream = 'text/event-stream';

function replyOf(route: AnyRoute) {
  const { description, mediaType = 'application/json', schema } = route.reply;
  const headers = {
    'X-Request-Id': {
      description: 'Id of the request. Quote it when you report a problem',
      schema: { type: 'string' },
    },
    'Server-Timing': {
      description:
        'Database time, round trips and rows: `db;dur=4.1;desc="2 trips 11 read 3 written"`',
      schema: { type: 'string' },
    },
    ...(['public', 'root', 'person'].includes(route.access) ? {} : rateLimitHeaders),
    ...(route.etag === undefined
      ? {}
      : {
          ETag: {
            description: 'Version of the resource, for `If-Match`',
            schema: { type: 'string' },
          },
        }),
  };
  const { status } = route.reply;
  if (status === 204 || (status === 202 && schema === undefined)) return { description, headers };
  const whole = (mediaType === eventStream ? route.events?.() : undefined) ??
    schema ?? { type: 'string', format: 'binary' };
  const content: Record<string, unknown> = { [mediaType]: { schema: whole } };
  for (const other of route.alsoProduces ?? [])
    content[other] = { schema: (other === eventStream && route.events?.()) || { type: 'string' } };
  return { description, headers, content };
}

const otherReplies = ({ alsoAnswers = {}, partial }: AnyRoute) => ({
  ...(partial === undefined
    ? {}
    : {
        207: {
          description: partial.description,
          content: { 'application/json': { schema: partial.schema as z.ZodType } },
        },
      }),
  ...Object.fromEntries(
    Object.entries(alsoAnswers).map(([status, { description, schema }]) => [
      status,
      schema === undefined
        ? { description }
        : { description, content: { 'application/json': { schema } } },
    ]),
  ),
});

/** Returns the failures of a route: the declared ones and those that follow from its shape. */
function codesOf(route: AnyRoute): FailureCode[] {
  const hasBody = route.body !== undefined || route.otherBodies !== undefined;
  return [
    ...(route.access === 'public' ? [] : (['unauthenticated'] as const)),
    ...(route.access === 'public' ? [] : (['forbidden'] as const)),
    ...(route.params === undefined ? [] : (['not_found'] as const)),
    ...(hasBody ? (['malformed_request', 'too_large', 'unsupported_media_type'] as const) : []),
    'validation_failed',
    ...(route.method === 'post' && route.access !== 'public'
      ? (['idempotency_mismatch', 'request_in_flight', 'reply_gone'] as const)
      : []),
    ...(honoursIfMatch(route) ? (['precondition_failed'] as const) : []),
    'not_acceptable',
    ...(route.access === 'public' ? [] : (['rate_limited'] as const)),
    'internal',
    'unavailable',
    ...(route.failures ?? []),
  ];
}

function errorResponses(codes: readonly FailureCode[], form: ErrorForm) {
  const exampleOf = (code: FailureCode) => {
    const { title } = failures[code];
    return [
      code,
      {
        summary: title,
        value: form.bodyOf(new Failure(code, `${title}.`), 'req_01kajv2q5ve0mt8h2vj3c6x7ra'),
      },
    ] as const;
  };
  const byStatus = Map.groupBy(new Set(codes), (code) => form.statusOf(code));
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, list]) => [
        status,
        {
          description: list
            .map((code) => `\`${form.nameOf(code)}\`: ${failures[code].title}.`)
            .join(' '),
          content: {
            [form.mediaType]: {
              schema: form.schema,
              examples: Object.fromEntries(list.map(exampleOf)),
            },
          },
        },
      ]),
  );
}

export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('Maximum number of items on a page'),
  cursor: z.string().min(1).max(1000).optional().describe('`next_cursor` of the previous page'),
};

const nextCursor = z.string().nullable().describe('null on the last page');

/** Returns the schema of one page: `{ data, next_cursor }`. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    next_cursor: nextCursor,
  });
