import type { Ctx } from '../../platform/context.ts';
import { IdempotencyKeyOfRun, throwIfAnswered } from '../../platform/idempotency.ts';

/** The run that the request's key stands for; null for none. Throws what else a used key means. */
export async function keyOfRun(ctx: Ctx): Promise<IdempotencyKeyOfRun | null> {
  try {
    await throwIfAnswered(ctx);
    return null;
  } catch (error) {
    if (error instanceof IdempotencyKeyOfRun) return error;
    throw error;
  }
}
