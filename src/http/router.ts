import { type Context, Hono } from 'hono';
import { mergePath } from 'hono/utils/url';
import type { Ctx } from '../platform/context.ts';
import { throwIfAnswered } from '../platform/idempotency.ts';
import { Failure } from '../shared/failure.ts';
import { isAcceptable } from './accept.ts';
import { type AppEnv, authorize, type Caller, ipOf } from './authorize.ts';
import type { Description } from './document.ts';
import type { ErrorForm } from './error-form.ts';
import { idempotencyOf, replayIfAnswered, throwReplayOr } from './idempotent-replay.ts';
import { toRouteConfig } from './openapi.ts';
import { problems } from './problem.ts';
import { parseParams, parseQuery, readBody, readIfMatch } from './read-input.ts';
import {
  type AnyRoute,
  honoursIfMatch,
  type Output,
  type RequestInput,
  type Route,
  type Shape,
} from './route.ts';

/** Routes of a feature; `features.ts` mounts them. */
export class Router extends Hono<AppEnv> {
  /** The form in which these routes report failures. */
  readonly errors: ErrorForm;
  readonly #descriptions: Description[] = [];

  constructor(errors: ErrorForm = problems) {
    super();
    this.errors = errors;
  }

  /**
   * Registers a route in both the OpenAPI document and the router. The handler gets validated input
   * and returns the reply object, or a whole `Response`.
   */
  endpoint<
    Params extends Shape = undefined,
    Query extends Shape = undefined,
    Body extends Shape = undefined,
    Reply extends Shape = undefined,
    Partial extends Shape = undefined,
  >(
    route: Route<Params, Query, Body, Reply, Partial>,
    handler: (
      ctx: Ctx,
      input: Input<Params, Query, Body>,
    ) => Promise<Output<Reply> | PartialOutput<Partial> | Response>,
  ): this {
    this.describe((registry, prefix) => {
      const operation = toRouteConfig(route, this.errors);
      registry.registerPath({ ...operation, path: mergePath(prefix, operation.path) });
    });
    this.on(route.method.toUpperCase(), honoPath(route), async (c) => {
      const caller = await authorize(c, route);
      c.set('workspace_id', caller.workspace_id);
      checkAccept(c, route, this.errors);
      const params = parseParams(route.params, c.req.param(), this.errors);
      const query = parseQuery(route.query, new URL(c.req.url).searchParams);
      const { body, text } = await readBody(c, route);
      const ctx = await openContext(c, route, caller, text);
      const input = {
        params,
        query,
        body,
        ifMatch: honoursIfMatch(route) ? readIfMatch(c) : null,
        request: c.req.raw,
      } as Input<Params, Query, Body>;
      const answer = async () => {
        if (route.ownsIdempotency) return handler(ctx, input);
        await throwIfAnswered(ctx);
        return handler(ctx, input).catch((error: unknown) => throwReplayOr(ctx, error));
      };
      const reply = await replayIfAnswered(
        c,
        caller,
        answer,
        (stored) => route.replay?.(stored as Output<Reply>, input) ?? stored,
      );
      if (reply instanceof Response) return reply;
      if (route.etag !== undefined) c.header('etag', `"${route.etag(reply as Output<Reply>)}"`);
      if (route.reply.status === 204) return c.body(null, 204);
      const isPartial = route.partial?.isReply(reply) ?? false;
      return c.json(reply as object, isPartial ? 207 : route.reply.status);
    });
    return this;
  }

  /** Adds the routes of another router, with their descriptions. */
  include(path: string, routes: Router): this {
    this.route(path, routes);
    return this.describe((registry, prefix) => routes.register(registry, mergePath(prefix, path)));
  }

  /** Adds to the OpenAPI document. The description is called each time the document is built. */
  describe(description: Description): this {
    this.#descriptions.push(description);
    return this;
  }

  /** Registers all descriptions, in the order in which they were added. */
  register(registry: Parameters<Description>[0], prefix: string): void {
    for (const description of this.#descriptions) description(registry, prefix);
  }
}

const honoPath = ({ path, rest }: AnyRoute): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === rest ? `:${name}{.+}` : `:${name}`));

type PartialOutput<Partial extends Shape> = Partial extends undefined ? never : Output<Partial>;

type Input<Params extends Shape, Query extends Shape, Body extends Shape> = RequestInput<
  Output<Params>,
  Output<Query>,
  Output<Body>
>;

/** Throws `not_acceptable` when `Accept` excludes all media types of the route. */
function checkAccept(c: Context<AppEnv>, route: AnyRoute, errors: ErrorForm): void {
  const accept = c.req.header('accept');
  if (accept === undefined) return;
  const produced = [
    ...new Set([
      route.reply.mediaType ?? 'application/json',
      errors.mediaType,
      ...(route.alsoProduces ?? []),
    ]),
  ];
  if (!isAcceptable(accept, produced))
    throw new Failure('not_acceptable', `Supported response types: ${produced.join(', ')}.`);
}

async function openContext(
  c: Context<AppEnv>,
  route: AnyRoute,
  caller: Caller,
  body: string | null,
): Promise<Ctx> {
  const { allowed_origins: _, ...own } = caller;
  const call = { ...own, ip: ipOf(c), signal: c.req.raw.signal };
  const idempotency = await idempotencyOf(c, route, caller, body);
  return c.var.platform.context(idempotency === null ? call : { ...call, idempotency });
}
