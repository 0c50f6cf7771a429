// Wraps the bundled Worker so that D1 is in another process, at `D1_URL`: the CPU of this process is then without the
// emulation of D1. See `bench/turn/billed.ts`.
import * as worker from './worker.js';

/** Every round trip of the D1 client is one request of its fetcher. */
function separate(env) {
  const fetcher = {
    fetch(url, init) {
      const { pathname, search } = new URL(url);
      return fetch(env.D1_URL + pathname + search, init);
    },
  };
  env.DB.fetcher = fetcher;
  env.DB.alwaysPrimarySession.fetcher = fetcher;
  return env;
}

export class SessionHost extends worker.SessionHost {
  constructor(state, env) {
    super(state, separate(env));
  }
}

export class RateLimiter extends worker.RateLimiter {}

export default {
  fetch: (request, env, execution) => worker.default.fetch(request, separate(env), execution),
  queue: (batch, env, execution) => worker.default.queue(batch, separate(env), execution),
  scheduled: (controller, env, execution) =>
    worker.default.scheduled(controller, separate(env), execution),
};
