import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Bindings } from './worker.ts';

/** Gives the host of a session other bindings than the worker's own, as long as it lives. */
export const rebindHost = (session_id: string, bindings: Bindings): Promise<void> =>
  runInDurableObject(env.SESSIONS.get(env.SESSIONS.idFromName(session_id)), (host) => {
    Object.assign(host, { env: { ...env, ...bindings } });
  });
