// Wraps the bundled Worker to count what Cloudflare bills at the bindings: it depends on no code of the product, so it
// counts other commits in the same way. `GET /bench-counts` returns the counts since the start. See `bench/turn/billed.ts`.
import { DurableObject } from 'cloudflare:workers';
import * as worker from './worker.js';

const counts = {
  requests: 0,
  queue_batches: 0,
  queue_messages: 0,
  d1_trips: 0,
  d1_rows_read: 0,
  d1_rows_written: 0,
  object_requests: 0,
  object_storage_writes: 0,
  object_ms: 0,
};

/** Every round trip of the D1 client is one request of this fetcher; responses contain the rows of each statement. */
function countDatabase(database) {
  const { fetcher } = database;
  const counting = {
    async fetch(...request) {
      counts.d1_trips += 1;
      const response = await fetcher.fetch(...request);
      const results = await response.clone().json();
      for (const { meta } of [results].flat()) {
        counts.d1_rows_read += meta?.rows_read ?? 0;
        counts.d1_rows_written += meta?.rows_written ?? 0;
      }
      return response;
    },
  };
  database.fetcher = counting;
  database.alwaysPrimarySession.fetcher = counting;
  return database;
}

/** Passes every call of a binding's function through `around`. A method of a stub has no `bind` of its own. */
const watch = (target, around) =>
  new Proxy(target, {
    get(_, name) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args) => around(name, args, (...sent) => Reflect.apply(value, target, sent));
    },
  });

const countObjects = (namespace) =>
  watch(namespace, (name, args, call) => {
    const result = call(...args);
    if (name !== 'get' && name !== 'getByName') return result;
    return watch(result, (_, sent, method) => {
      counts.object_requests += 1;
      return method(...sent);
    });
  });

const countQueue = (queue) =>
  watch(queue, (name, args, call) => {
    counts.queue_messages += name === 'sendBatch' ? [...args[0]].length : 1;
    return call(...args);
  });

let counted;
function countEnv(env) {
  counted ??= {
    ...env,
    DB: countDatabase(env.DB),
    JOBS: countQueue(env.JOBS),
    SESSIONS: countObjects(env.SESSIONS),
    RATE_LIMITER: countObjects(env.RATE_LIMITER),
  };
  return counted;
}

/** Adds the time in which an object handles at least one request or alarm, until the end of its response. */
class Activity {
  #open = 0;
  #since = 0;
  enter() {
    if (this.#open++ === 0) this.#since = Date.now();
  }
  leave() {
    if (--this.#open === 0) counts.object_ms += Date.now() - this.#since;
  }
  /** Returns the reply of a method, with a stream in it extended by the end of the activity. */
  async until(reply) {
    const result = await reply.catch((error) => {
      this.leave();
      throw error;
    });
    if (!(result?.body instanceof ReadableStream)) {
      this.leave();
      return result;
    }
    const { readable, writable } = new IdentityTransformStream();
    const leave = () => this.leave();
    result.body.pipeTo(writable).then(leave, leave);
    return result instanceof Response
      ? new Response(readable, result)
      : { ...result, body: readable };
  }
}

function countStorage(storage) {
  for (const name of ['put', 'delete', 'setAlarm', 'deleteAlarm']) {
    const call = storage[name].bind(storage);
    storage[name] = (...args) => {
      counts.object_storage_writes += 1;
      return call(...args);
    };
  }
}

/** The names of the methods of a class, inherited ones included. */
function methodsOf(prototype) {
  if (prototype === DurableObject.prototype || prototype === null) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
  return [...own, ...methodsOf(Object.getPrototypeOf(prototype))];
}

function countedObject(Original) {
  class Counted extends Original {
    activity = new Activity();
    constructor(state, env) {
      countStorage(state.storage);
      super(state, countEnv(env));
    }
    alarm(...args) {
      counts.object_requests += 1;
      return super.alarm(...args);
    }
  }
  for (const name of methodsOf(Counted.prototype)) {
    const method = Counted.prototype[name];
    Counted.prototype[name] = function (...args) {
      const reply = method.apply(this, args);
      if (!(reply instanceof Promise)) return reply;
      this.activity.enter();
      return this.activity.until(reply);
    };
  }
  return Counted;
}

export const SessionHost = countedObject(worker.SessionHost);
export const RateLimiter = countedObject(worker.RateLimiter);

export default {
  fetch(request, env, execution) {
    if (new URL(request.url).pathname === '/bench-counts') return Response.json(counts);
    counts.requests += 1;
    return worker.default.fetch(request, countEnv(env), execution);
  },
  queue(batch, env, execution) {
    counts.queue_batches += 1;
    return worker.default.queue(batch, countEnv(env), execution);
  },
  scheduled: (controller, env, execution) =>
    worker.default.scheduled(controller, countEnv(env), execution),
};
