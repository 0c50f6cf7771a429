import type { Context } from 'hono';
import type { Ctx, Idempotency } from '../platform/context.ts';
import { IdempotentReplay, readIdempotency, throwIfAnswered } from '../platform/idempotency.ts';
import { coverageOf } from '../platform/reply-vault.ts';
import { Failure } from '../shared/failure.ts';
import type { AppEnv, Caller, Identity } from './authorize.ts';
import type { AnyRoute } from './route.ts';

/** Returns the answer, or the stored reply when the idempotency key has been used before. */
export async function replayIfAnswered<Reply>(
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
    'The API key has been narrowed since the first request with this idempotency key, so its reply is not returned again.',
  );
}

/**
 * Throws the stored reply of a concurrent request with the same key, which may be why this one
 * failed; otherwise the error.
 */
export async function throwReplayOr(ctx: Ctx, error: unknown): Promise<never> {
  if (error instanceof Failure) await throwIfAnswered(ctx);
  throw error;
}

/** Returns the idempotency key of a POST; null without one. Throws `validation_failed`. */
export async function idempotencyOf(
  c: Context<AppEnv>,
  route: AnyRoute,
  { workspace_id, actor }: Caller,
  body: string | null,
): Promise<Idempotency | null> {
  const key =
    route.method === 'post' && route.access !== 'public'
      ? c.req.header('idempotency-key')
      : undefined;
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    const detail = 'Idempotency-Key must be 1 to 255 visible ASCII characters.';
    throw new Failure('validation_failed', detail, {
      errors: [
        { pointer: 'Idempotency-Key', detail: 'Must be 1 to 255 visible ASCII characters.' },
      ],
    });
  }
  const { pathname, search } = new URL(c.req.url);
  return readIdempotency(c.var.platform.config, {
    workspace_id,
    actor,
    route: `${route.method} ${route.path}`,
    key,
    path: pathname + search,
    body,
  });
}
