import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Bindings } from './worker.ts';

/** Replaces the bindings of a session's host for its lifetime. */
export const rebindHost = (session_id: string, bindings: Bindings): Promise<void> =>
  runInDurableObject(env.SESSIONS.get(env.SESSIONS.idFromName(session_id)), (host) => {
    Object.assign(host, { env: { ...env, ...bindings } });
  });
