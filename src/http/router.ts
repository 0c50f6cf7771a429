import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Platform } from '../platform/cloudflare.ts';
import type { Actor, Ctx } from '../platform/context.ts';
import { IdempotentReplay, readIdempotency, throwIfAnswered } from '../platform/idempotency.ts';
import { type Coverage, coverageOf } from '../platform/reply-vault.ts';
import {
  Failure,
  notFound,
  unknownVersion,
  type Violation,
  validationFailed,
} from '../shared/failure.ts';
import { isAcceptable } from './accept.ts';
import { defaultBodyLimit, parseJson, readMediaType, readText } from './body.ts';
import type { ErrorForm } from './error-form.ts';
import { toRouteConfig } from './openapi.ts';
import type { Access, Permission } from './permissions.ts';
import { problems } from './problem.ts';
import {
  type AnyRoute,
  honoursIfMatch,
  isBodyOptional,
  type Output,
  type RequestInput,
  type Route,
  type Shape,
} from './route.ts';
import { bodyViolations, queryViolations } from './violations.ts';

/** Resolves callers and decides what they may do. `identity` implements it and `app.ts` provides it. */
export interface Identity {
  readonly authenticate: Authenticate;
  /** Throws `forbidden` for an actor that does not hold the permission. */
  readonly authorize: (actor: Actor, permission: Permission) => void;
  readonly isCoveredBy: (key: Coverage, other: Coverage) => boolean;
}
/** Returns the caller of an `Authorization` header. Throws `unauthenticated` and `forbidden`. */
export type Authenticate = (
  platform: Platform,
  authorization: string | undefined,
  access: Permission | 'root',
) => Promise<Caller>;
type Caller = Pick<Ctx, 'workspace_id' | 'actor' | 'rate_limits'>;

/** Applies rate limits to requests. `rate-limits` implements it and `app.ts` provides it. */
export interface Admission {
  /** Called for a request without a valid credential. Throws `rate_limited`. */
  anonymous(platform: Platform, ip: string | null): Promise<void>;
  /** Called for an authenticated request, before authorization. Throws `rate_limited`. */
  caller(platform: Platform, caller: Caller, access: Permission | 'root'): Promise<void>;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    workspace_id?: string;
    platform: Platform;
    identity: Identity;
    admission: Admission;
  };
}

/** Routes of a feature; `features.ts` mounts them. */
export class Router extends OpenAPIHono<AppEnv> {
  /** The form in which these routes report failures. */
  readonly errors: ErrorForm;

  constructor(errors: ErrorForm = problems) {
    super();
    this.errors = errors;
  }

  /**
   * Registers a route in the document and in the router at once, so that neither can be without the
   * other. The handler gets checked input and returns the wire object, or a whole `Response`.
   */
  endpoint<
    Params extends Shape = undefined,
    Query extends Shape = undefined,
    Body extends Shape = undefined,
    Reply extends Shape = undefined,
  >(
    route: Route<Params, Query, Body, Reply>,
    handler: (ctx: Ctx, input: Input<Params, Query, Body>) => Promise<Output<Reply> | Response>,
  ): this {
    this.openAPIRegistry.registerPath(toRouteConfig(route, this.errors));
    this.on(route.method.toUpperCase(), honoPath(route), async (c) => {
      const caller = await authorize(c, route.access);
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
        return handler(ctx, input).catch((error: unknown) => failUnlessAnswered(ctx, error));
      };
      const reply = await answeredBefore(
        c,
        caller,
        answer,
        (stored) => route.replay?.(stored, input) ?? stored,
      );
      if (reply instanceof Response) return reply;
      if (route.etag !== undefined) c.header('etag', `"${route.etag(reply)}"`);
      return route.reply.status === 204
        ? c.body(null, 204)
        : c.json(reply as object, route.reply.status);
    });
    return this;
  }
}

const honoPath = ({ path, rest }: AnyRoute): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === rest ? `:${name}{.+}` : `:${name}`));

type Input<Params extends Shape, Query extends Shape, Body extends Shape> = RequestInput<
  Output<Params>,
  Output<Query>,
  Output<Body>
>;

/** A request whose idempotency key was used before gets the answer it got then. */
async function answeredBefore<Reply>(
  c: Context<AppEnv>,
  caller: Caller,
  answer: () => Promise<Reply | Response>,
  replay: (reply: Reply) => Reply | Response,
): Promise<Reply | Response> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof IdempotentReplay)) throw error;
    refuseNarrowed(c.var.identity, caller, error);
    c.header('idempotent-replayed', 'true');
    return replay(error.reply as Reply);
  }
}

/** Throws `forbidden` for a key whose access was narrowed since the first request. The expiry that a rotation sets does not count. */
function refuseNarrowed(
  identity: Identity,
  { actor }: Caller,
  { coverage }: IdempotentReplay,
): void {
  const current = coverageOf(actor);
  if (coverage === null || current === null) return;
  const isRotated = actor.type === 'api_key' && actor.is_rotated;
  const expires_at = isRotated ? coverage.expires_at : current.expires_at;
  if (identity.isCoveredBy(coverage, { ...current, expires_at })) return;
  throw new Failure(
    'forbidden',
    'The API key has been limited since the first request with this idempotency key; the reply is not repeated.',
  );
}

/** Another request with the same key may have come first and left no room for this one: its answer counts. */
async function failUnlessAnswered(ctx: Ctx, error: unknown): Promise<never> {
  if (error instanceof Failure) await throwIfAnswered(ctx);
  throw error;
}

async function authorize(c: Context<AppEnv>, access: Access): Promise<Caller> {
  if (access === 'public')
    return { workspace_id: '', actor: { type: 'system', name: 'anonymous' }, rate_limits: null };
  const { platform, admission, identity } = c.var;
  const caller = await identity
    .authenticate(platform, c.req.header('authorization'), access)
    .catch(async (error: unknown) => {
      if (error instanceof Failure && error.code === 'unauthenticated')
        await admission.anonymous(platform, ipOf(c));
      throw error;
    });
  await admission.caller(platform, caller, access);
  if (access !== 'root') identity.authorize(caller.actor, access);
  return caller;
}

/** As Cloudflare says it; a client cannot. */
const ipOf = (c: Context<AppEnv>): string | null => c.req.header('cf-connecting-ip') ?? null;

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
    throw new Failure('not_acceptable', `This can be had as ${produced.join(', ')}.`);
}

function parseParams(
  schema: z.ZodType | undefined,
  values: Record<string, string>,
  { unknown }: ErrorForm,
): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]);
  if (versionParameters.has(name)) throw unknownVersion(values[name] ?? '');
  throw unknown?.[name]?.(values[name] ?? '') ?? notFound(nameOfParameter(name));
}

const versionParameters: ReadonlySet<string> = new Set(['version', 'a', 'b']);

const parameterNames: Readonly<Record<string, string>> = {
  kb: 'knowledge base',
  question: 'message',
  key: 'API key',
  provider: 'model provider',
};

/** What a parameter of a path names: a malformed id is answered as an unknown one. */
const nameOfParameter = (parameter: string) =>
  parameterNames[parameter] ?? (/^[a-z]{3,}$/.test(parameter) ? parameter : 'resource');

function parseQuery(schema: z.ZodType | undefined, search: URLSearchParams): unknown {
  const errors: Violation[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of search) {
    // A list, as clients of OpenAI send it.
    if (name in values && name.endsWith('[]')) values[name] += `,${value}`;
    else if (name in values)
      errors.push({ pointer: `?${name}`, detail: 'A parameter may be given once.' });
    else if (value.includes('\0') || !value.isWellFormed())
      errors.push({ pointer: `?${name}`, detail: 'Text must be well-formed and without NUL.' });
    else values[name] = value;
  }
  if (schema === undefined)
    errors.push(
      ...Object.keys(values).map((name) => ({
        pointer: `?${name}`,
        detail: 'Unknown parameter.',
      })),
    );
  const result = schema?.safeParse(values);
  if (schema !== undefined && result?.error !== undefined)
    errors.push(...queryViolations(schema, result.error, values));
  if (errors.length > 0) throw validationFailed(errors);
  return result?.data;
}

async function readBody(
  c: Context<AppEnv>,
  route: AnyRoute,
): Promise<{ body: unknown; text: string | null }> {
  if (route.method === 'get' || (route.body === undefined && route.otherBodies === undefined))
    return { body: undefined, text: '' };
  const others = Object.keys(route.otherBodies ?? {});
  const limit = route.bodyLimit ?? defaultBodyLimit;
  if (
    c.req.header('content-type') === undefined &&
    isBodyOptional(route) &&
    (await readText(c.req.raw, limit)) === ''
  ) {
    return readJson(route, '{}');
  }
  const media = readMediaType(c.req.raw.headers, [
    ...(route.body === undefined ? [] : ['application/json']),
    ...others,
  ]);
  if (others.includes(media)) return { body: undefined, text: null };
  return readJson(route, await readText(c.req.raw, limit));
}

function readJson(route: AnyRoute, text: string): { body: unknown; text: string } {
  const given = parseJson(text);
  const result = (route.body as z.ZodType).safeParse(given);
  if (result.success) return { body: result.data, text };
  throw validationFailed(bodyViolations(route.body as z.ZodType, result.error, given));
}

async function openContext(
  c: Context<AppEnv>,
  route: AnyRoute,
  caller: Caller,
  body: string | null,
): Promise<Ctx> {
  const call = {
    ...caller,
    ip: ipOf(c),
    signal: c.req.raw.signal,
  };
  const key =
    route.method === 'post' && route.access !== 'public'
      ? c.req.header('idempotency-key')
      : undefined;
  if (key === undefined) return c.var.platform.context(call);
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Failure(
      'validation_failed',
      'Idempotency-Key must be 1 to 255 visible ASCII characters.',
      {
        errors: [
          { pointer: 'Idempotency-Key', detail: 'Must be 1 to 255 visible ASCII characters.' },
        ],
      },
    );
  }
  const { pathname, search } = new URL(c.req.url);
  const { workspace_id, actor } = caller;
  const request = {
    workspace_id,
    actor,
    route: `${route.method} ${route.path}`,
    key,
    path: pathname + search,
    body,
  };
  const idempotency = await readIdempotency(c.var.platform.config, request);
  return c.var.platform.context({ ...call, idempotency });
}

/** RFC 9110, 13.1.1: a weak tag is well-formed and matches nothing. */
function readIfMatch(c: Context<AppEnv>): readonly string[] | null {
  const header = c.req.header('if-match');
  if (header === undefined || header.trim() === '*') return null;
  if (!entityTags.test(header))
    throw new Failure('precondition_failed', 'If-Match must be `*` or entity tags in quotes.');
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].flatMap(([, weak, tag = '']) =>
    weak === undefined ? [tag] : [],
  );
}

const entityTags = /^[ \t,]*(?:W\/)?"[^"]*"[ \t]*(?:,[ \t]*(?:(?:W\/)?"[^"]*"[ \t]*)?)*$/;
