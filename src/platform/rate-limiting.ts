import type { FloodGuard, RateCounts } from './ports.ts';

type Verbs = Record<keyof RateCounts, (...input: unknown[]) => Promise<unknown>>;

/**
 * The counter object of a workspace, resolved on first use. A call is repeated once when the object
 * was being moved.
 */
export function createRateCounts(namespace: Env['RATE_LIMITER'], workspace_id: string): RateCounts {
  const find = () => namespace.get(namespace.idFromName(workspace_id)) as unknown as Verbs;
  // Calls through one stub arrive in order.
  let limiter: Verbs | null = null;
  const ask = async <Result>(verb: keyof RateCounts, ...input: unknown[]): Promise<Result> => {
    try {
      limiter ??= find();
      return (await limiter[verb](...input)) as Result;
    } catch (error) {
      if ((error as { overloaded?: boolean }).overloaded === true) throw error;
      limiter = find();
      return (await limiter[verb](...input)) as Result;
    }
  };
  return {
    take: (revision, wanted) => ask('take', workspace_id, revision, wanted),
    spend: (subjects, tokens) => ask('spend', subjects, tokens),
    renew: (run_id, subjects) => ask('renew', run_id, subjects),
    release: (run_id) => ask('release', run_id),
    erase: () => ask('erase'),
    eraseEndUser: (end_user_id) => ask('eraseEndUser', end_user_id),
  };
}

/** Admits the request when the counter does not respond, since it only protects against abuse. */
export function createFloodGuard(env: Env): FloodGuard {
  const admits = async (limiter: RateLimit | undefined, key: string): Promise<boolean> => {
    if (limiter === undefined) return true;
    const { success } = await limiter.limit({ key }).catch(() => ({ success: true }));
    return success;
  };
  const bursts = 'KEY_BURSTS' in env ? (env.KEY_BURSTS as RateLimit | undefined) : undefined;
  return {
    admitsAddress: (address) => admits(env.ADDRESS_FLOODS, address),
    admitsKey: (key_id) => admits(bursts, key_id),
  };
}
