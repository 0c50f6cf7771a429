import type { VerificationKey } from '../../db/schema/token-issuers.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { hour, minute, second } from '../../shared/time.ts';
import { type Jwt, keysFor } from './jwt.ts';
import { readKeySet } from './key-set.ts';

/** Keys are requested again after this time. */
const freshFor = 10 * minute;
/** While the server does not answer, keys are used up to this age. */
const usedFor = 24 * hour;
/** Time between two requests for keys, whatever keys tokens name. */
const pause = 30 * second;
/** Requests for keys at the same time, while none has been answered. */
const maxParallel = 5;
const deadline = 5 * second;
const maxBytes = 256 * 1024;
const cacheSize = 500;

/** A key set as its server answered it. */
interface FetchedKeys {
  readonly keys: readonly VerificationKey[];
  readonly fetched_at: number;
}

interface State extends FetchedKeys {
  /** When the latest request ended. */
  ended_at: number;
  /** When the requests under way have begun. One that is never seen to end counts until its deadline. */
  began_at: number[];
}

/** Resolved key sets and the requests for them, by the name of the source. */
const cache = new Map<string, State>();

export interface KeySource {
  /** Changes with the address. */
  readonly name: string;
  readonly url: string;
  /** Keys that another isolate has fetched. */
  readonly stored: FetchedKeys | null;
  /** Called with what a request gave: keys, or why it failed. */
  readonly onFetched?: (result: FetchedKeys | string) => void;
}

type Ports = Pick<Ctx, 'egress' | 'log' | 'now'>;

/**
 * Returns the keys of a source that may have signed a token. They are requested when they are older than 10 minutes or none
 * fits, at most every 30 seconds; keys up to a day old are used while the server does not answer. Throws `unavailable`
 * when there are none.
 */
export async function findKeys(
  ports: Ports,
  source: KeySource,
  token: Jwt,
): Promise<readonly VerificationKey[]> {
  const now = ports.now();
  let state = cache.get(source.name) ?? noState();
  const { stored } = source;
  if (stored !== null && stored.fetched_at > state.fetched_at)
    state = keep(source.name, { ...state, ...stored });
  const found = keysFor(token, state.keys);
  const isDue = now - state.fetched_at >= freshFor || found.length === 0;
  const isPaused = now - Math.max(state.ended_at, state.fetched_at) < pause;
  if (isDue && !isPaused) {
    state.began_at = state.began_at.filter((at) => now - at < deadline);
    // Others use the keys that are cached; without any, some requests are sent at the same time.
    if (state.began_at.length < (found.length > 0 ? 1 : maxParallel))
      state = await refresh(ports, source, keep(source.name, { ...state }));
    else if (found.length === 0) throw notAvailable(1);
  }
  if (now - state.fetched_at >= usedFor) throw notAvailable(pause / second);
  return keysFor(token, state.keys);
}

const noState = (): State => ({ keys: [], fetched_at: 0, ended_at: 0, began_at: [] });

const notAvailable = (retryAfter: number) =>
  new Failure('unavailable', 'The keys of the token issuer could not be fetched. Retry.', {
    retryAfter,
  });

function keep(name: string, state: State): State {
  cache.delete(name);
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(name, state);
  return state;
}

async function refresh(ports: Ports, source: KeySource, state: State): Promise<State> {
  state.began_at = [...state.began_at, ports.now()];
  const result = await fetchKeys(ports, source.url);
  const ended_at = ports.now();
  source.onFetched?.(result);
  const latest = cache.get(source.name) ?? state;
  if (typeof result === 'string') {
    ports.log.warn('key_set_failed', { reason: result });
    return keep(source.name, { ...latest, ended_at, began_at: [] });
  }
  return keep(source.name, { ...result, ended_at, began_at: [] });
}

/** Returns the keys, or why there are none. */
async function fetchKeys({ egress, now }: Ports, url: string): Promise<FetchedKeys | string> {
  try {
    const init = { headers: { accept: 'application/jwk-set+json, application/json' } };
    const limits = { redirects: 0, deadline_ms: deadline, max_bytes: maxBytes };
    const response = await egress.request(url, init, limits);
    if (!response.ok) return `The server answered with status ${response.status}.`;
    const keys = readKeySet(await response.json().catch(() => null));
    return keys === null ? 'The answer is not a JSON Web Key Set.' : { keys, fetched_at: now() };
  } catch (error) {
    return error instanceof Error ? error.message : 'The request failed.';
  }
}
