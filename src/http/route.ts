import type { z } from '@hono/zod-openapi';
import type { FailureCode } from '../shared/failure.ts';
import type { Access } from './permissions.ts';

export type Shape = z.ZodType | undefined;
export type Output<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A route as data: everything that is true of it without running it. */
export interface Route<
  Params extends Shape,
  Query extends Shape,
  Body extends Shape,
  Reply extends Shape,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Hono's form is derived: `/agents/{agent}`. */
  readonly path: string;
  /** Without this nothing is served; the role table is `identity/access.ts`. */
  readonly access: Access;
  readonly tag: string;
  readonly summary: string;
  /** `verbNoun`; made of the summary where that gives a good one. */
  readonly operationId?: string;
  readonly description?: string;
  /** A parameter that does not parse is an id that cannot exist: 404. */
  readonly params?: Params;
  /** The last parameter of the path, where its value may have slashes, escaped or not. */
  readonly rest?: string;
  readonly query?: Query;
  readonly body?: Body;
  /** Other bodies that the handler reads from `request` itself, e.g. multipart/form-data. */
  readonly otherBodies?: Readonly<Record<string, z.ZodType>>;
  readonly bodyLimit?: number;
  /** Media types besides JSON that `Accept` may ask for. */
  readonly alsoProduces?: readonly string[];
  /** One event of a `text/event-stream`, as the JSON of its `data`. */
  readonly events?: z.ZodType;
  readonly reply: {
    readonly status: 200 | 201 | 202 | 204;
    readonly schema?: Reply;
    readonly description: string;
    readonly mediaType?: string;
  };
  /** Other statuses that are no failures, each with what it means; the handler returns a whole `Response` for them. */
  readonly alsoAnswers?: Readonly<Record<number, string>>;
  readonly failures?: readonly FailureCode[];
  /** Whether the reply's `ETag` is sent and `If-Match` understood. */
  readonly etag?: (reply: Output<Reply>) => string;
  /** Whether the handler sees to the idempotency key itself: a run is joined while it goes on. */
  readonly ownsIdempotency?: boolean;
  /** How a stored reply is answered again, where a request may ask for another form than JSON. */
  readonly replay?: (
    reply: Output<Reply>,
    input: RequestInput<Output<Params>, Output<Query>, Output<Body>>,
  ) => Output<Reply> | Response;
}

export interface RequestInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The strong entity tags of `If-Match`, unquoted, one of which must be that of now; null when absent or `*`. */
  readonly ifMatch: readonly string[] | null;
  readonly request: Request;
}

// biome-ignore lint/suspicious/noExplicitAny: where the four schemas do not matter.
export type AnyRoute = Route<any, any, any, any>;

/** Whether a POST may come without a body: where nothing in it is required, none is as good as `{}`. */
export const isBodyOptional = ({ method, body }: AnyRoute): boolean =>
  method === 'post' && body !== undefined && (body as z.ZodType).safeParse({}).success;

/** Whether `If-Match` means something here; elsewhere it is ignored. */
export const honoursIfMatch = ({ etag, method, failures }: AnyRoute): boolean =>
  (etag !== undefined && method !== 'get' && method !== 'post') ||
  (failures?.includes('precondition_failed') ?? false);
