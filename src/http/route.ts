import type { z } from '@hono/zod-openapi';
import type { FailureCode } from '../shared/failure.ts';
import type { Access } from './permissions.ts';

export type Shape = z.ZodType | undefined;
export type Output<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A declarative route: everything about it that is known without running its handler. */
export interface Route<
  Params extends Shape,
  Query extends Shape,
  Body extends Shape,
  Reply extends Shape,
  Partial extends Shape = undefined,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** In OpenAPI syntax, such as `/agents/{agent}`; the router derives Hono's syntax. */
  readonly path: string;
  /** The required permission. The role table is `identity/access.ts`. */
  readonly access: Access;
  /** True for a route that accepts the token of an end user, who has access to nothing but what is theirs. */
  readonly for_end_users?: boolean;
  /** True for such a route that also accepts a visitor of a share link, whom nobody may have identified. */
  readonly for_visitors?: boolean;
  readonly tag: string;
  readonly summary: string;
  /** `verbNoun`. Derived from the summary by default. */
  readonly operationId?: string;
  readonly description?: string;
  /**
   * Path parameters. A value that does not parse is the id of nothing that exists and returns 404.
   */
  readonly params?: Params;
  /** Name of the last path parameter when its value may contain slashes, escaped or not. */
  readonly rest?: string;
  readonly query?: Query;
  readonly body?: Body;
  /**
   * Schemas of other media types that the handler reads from `request` itself, such as
   * multipart/form-data.
   */
  readonly otherBodies?: Readonly<Record<string, z.ZodType>>;
  readonly bodyLimit?: number;
  /** Media types besides JSON that `Accept` may select. */
  readonly alsoProduces?: readonly string[];
  /** Returns one event of a `text/event-stream`, as the JSON of its `data`, for the OpenAPI document. */
  readonly events?: () => z.ZodType;
  readonly reply: {
    readonly status: 200 | 201 | 202 | 204;
    readonly schema?: Reply;
    readonly description: string;
    readonly mediaType?: string;
  };
  /** Further non-error statuses, for which the handler returns a whole `Response`. */
  readonly alsoAnswers?: Readonly<
    Record<number, { readonly description: string; readonly schema?: z.ZodType }>
  >;
  /** The reply with status 207 for a request of which a part was refused. */
  readonly partial?: {
    readonly schema: Partial;
    readonly description: string;
    readonly isReply: (reply: unknown) => boolean;
  };
  readonly failures?: readonly FailureCode[];
  /**
   * Returns the entity tag of the reply. When set, the route sends `ETag` and evaluates `If-Match`.
   */
  readonly etag?: (reply: Output<Reply>) => string;
  /**
   * True when the handler evaluates the idempotency key itself, because a repeated request attaches
   * to an active run.
   */
  readonly ownsIdempotency?: boolean;
  /** Renders a stored reply again when the request selects another form than JSON. */
  readonly replay?: (
    reply: Output<Reply>,
    input: RequestInput<Output<Params>, Output<Query>, Output<Body>>,
  ) => Output<Reply> | Response;
}

export interface RequestInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /**
   * The strong entity tags of `If-Match`, unquoted, one of which must match the current one; null
   * when absent or `*`.
   */
  readonly ifMatch: readonly string[] | null;
  readonly request: Request;
}

// biome-ignore lint/suspicious/noExplicitAny: independent of the four schemas.
export type AnyRoute = Route<any, any, any, any, any>;

/**
 * Returns true when a POST body may be omitted: every field is optional, so an absent body is read
 * as `{}`.
 */
export const isBodyOptional = ({ method, body }: AnyRoute): boolean =>
  method === 'post' && body !== undefined && (body as z.ZodType).safeParse({}).success;

/** Returns true when the route evaluates `If-Match`; other routes ignore it. */
export const honoursIfMatch = ({ etag, method, failures }: AnyRoute): boolean =>
  (etag !== undefined && method !== 'get' && method !== 'post') ||
  (failures?.includes('precondition_failed') ?? false);
