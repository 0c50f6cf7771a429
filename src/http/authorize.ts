import type { Context } from 'hono';
import type { Platform } from '../platform/cloudflare.ts';
import { type Actor, type Ctx, isVisitor } from '../platform/context.ts';
import type { Coverage } from '../platform/reply-vault.ts';
import { Failure } from '../shared/failure.ts';
import { originAccess, originRefused } from './middleware/cors.ts';
import type { Guarded, Permission } from './permissions.ts';
import type { AnyRoute } from './route.ts';

/** Resolves callers and decides what they may do. `identity` implements it and `app.ts` provides it. */
export interface Identity {
  readonly authenticate: Authenticate;
  /** Throws `forbidden` for an actor that does not hold the permission. */
  readonly authorize: (actor: Actor, permission: Permission) => void;
  readonly isCoveredBy: (key: Coverage, other: Coverage) => boolean;
}
/** Returns the caller of an `Authorization` header or a session cookie. Throws `unauthenticated` and `forbidden`. */
export type Authenticate = (
  platform: Platform,
  request: Request,
  access: Guarded,
) => Promise<Caller>;
export type Caller = Pick<Ctx, 'workspace_id' | 'actor' | 'rate_limits'> & {
  /** Origins whose pages may use the credential; null or absent for any. */
  readonly allowed_origins?: readonly string[] | null;
};

/** Applies rate limits to requests. `rate-limits` implements it and `app.ts` provides it. */
export interface Admission {
  /** Called for a request without a valid credential. Throws `rate_limited`. */
  anonymous(platform: Platform, ip: string | null): Promise<void>;
  /** Called for an authenticated request, before authorization. Throws `rate_limited`. */
  caller(platform: Platform, caller: Caller, access: Guarded): Promise<void>;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    workspace_id?: string;
    platform: Platform;
    identity: Identity;
    admission: Admission;
    /** The page's origin, or `refused`, for a credential that is bound to origins (middleware/cors.ts). */
    origin_access?: string;
  };
}

/** Returns the caller of a request. Throws `unauthenticated`, `forbidden` and `rate_limited`. */
export async function authorize(
  c: Context<AppEnv>,
  {
    access,
    for_end_users = false,
    for_visitors = false,
  }: Pick<AnyRoute, 'access' | 'for_end_users' | 'for_visitors'>,
): Promise<Caller> {
  if (access === 'public')
    return { workspace_id: '', actor: { type: 'system', name: 'anonymous' }, rate_limits: null };
  const { platform, admission, identity } = c.var;
  const caller = await identity
    .authenticate(platform, c.req.raw, access)
    .catch(async (error: unknown) => {
      if (error instanceof Failure && error.code === 'unauthenticated')
        await admission.anonymous(platform, ipOf(c));
      throw error;
    });
  const page = originAccess(c.req.raw, caller.actor, caller.allowed_origins ?? null);
  if (page !== undefined) c.set('origin_access', page);
  if (page === 'refused') throw originRefused();
  await admission.caller(platform, caller, access);
  if (caller.actor.type === 'end_user' && !for_end_users)
    throw new Failure('forbidden', 'This operation does not accept the token of an end user.');
  if (isVisitor(caller.actor) && !for_visitors)
    throw new Failure('forbidden', 'This operation does not accept a visitor of a share link.');
  if (access !== 'root' && access !== 'person') identity.authorize(caller.actor, access);
  return caller;
}

/** Returns the client address that Cloudflare reports, which a client cannot forge. */
export const ipOf = (c: Context<AppEnv>): string | null => c.req.header('cf-connecting-ip') ?? null;
