import type { Ctx } from '../../platform/context.ts';
import { IdempotencyKeyOfRun, throwIfAnswered } from '../../platform/idempotency.ts';

/**
 * Returns the run that the request's idempotency key has started; null for none. Throws the failure
 * of a key that was used for another request.
 */
export async function keyOfRun(ctx: Ctx): Promise<IdempotencyKeyOfRun | null> {
  try {
    await throwIfAnswered(ctx);
    return null;
  } catch (error) {
    if (error instanceof IdempotencyKeyOfRun) return error;
    throw error;
  }
}
