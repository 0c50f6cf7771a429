import type { Ctx } from '../../platform/context.ts';
import { KeyOfRun, throwIfAnswered } from '../../platform/idempotency.ts';

/** The run that the request's key stands for; null for none. Throws what else a used key means. */
export async function keyOfRun(ctx: Ctx): Promise<KeyOfRun | null> {
  try {
    await throwIfAnswered(ctx);
    return null;
  } catch (error) {
    if (error instanceof KeyOfRun) return error;
    throw error;
  }
}
