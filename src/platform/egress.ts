import { Failure } from '../shared/failure.ts';
import { type HostRules, refuseAddress } from './address.ts';
import { abortReason, EgressError, untilAborted } from './egress-error.ts';
import {
  checkContentType,
  checkHeaders,
  mediaTypeOf,
  tooLarge,
  withBody,
} from './egress-response.ts';
import { openStream } from './egress-stream.ts';
import type { Egress, EgressLimits, Fetch } from './ports.ts';
import { followRedirect, isRedirect } from './redirect.ts';

export { EgressError, type EgressReason } from './egress-error.ts';

type Send = (url: string, init: RequestInit) => Promise<Response>;

/**
 * The only way of the deployment to the network. `send` is the runtime's fetch; tests of this
 * module replace it.
 */
export function createEgress(
  rules: HostRules,
  send: Send = (url, init) => fetch(url, init),
): Egress {
  const check = (url: string): URL => {
    const refusal = refuseAddress(url, rules);
    if (refusal !== null) throw new Failure('url_not_allowed', refusal);
    return new URL(url);
  };
  return {
    check,
    request: (url, init, limits) =>
      requestGuarded(send, (to) => checkAtRun(check, to), url, init, limits),
    stream: (url, init, limits) =>
      openStream(
        (signal, guard) =>
          open({ send, check: (to) => checkAtRun(check, to), signal, guard }, url, init, limits),
        init.signal ?? undefined,
        limits,
      ),
    providerFetch: (base_url, { headers_timeout_ms }) =>
      createProviderFetch(send, (to) => checkAtRun(check, to), base_url, headers_timeout_ms),
  };
}

function checkAtRun(check: Egress['check'], url: string): URL {
  try {
    return check(url);
  } catch (error) {
    throw new EgressError(
      'url_not_allowed',
      error instanceof Error ? error.message : 'The URL is not allowed.',
      error,
    );
  }
}

type Check = (url: string) => URL;

interface Door {
  readonly send: Send;
  readonly check: Check;
  readonly signal: AbortSignal;
  readonly guard: Guard;
}

/** Reads the whole response. The deadline covers all hops, headers and body. */
async function requestGuarded(
  send: Send,
  check: Check,
  url: string,
  init: RequestInit,
  limits: EgressLimits,
): Promise<Response> {
  const deadline = AbortSignal.timeout(limits.deadline_ms);
  const caller = init.signal ?? undefined;
  const signal = caller === undefined ? deadline : AbortSignal.any([caller, deadline]);
  const guard: Guard = (work) => untilAborted(work, signal, () => abortReason(caller));
  const opened = await open({ send, check, signal, guard }, url, init, limits);
  return readWithin(opened.url, opened.response, limits, guard);
}

/** Sends the request and follows its redirects; every hop is checked like the first. */
async function open(
  { send, check, signal, guard }: Door,
  url: string,
  init: RequestInit,
  limits: Pick<EgressLimits, 'redirects' | 'refuseRedirect'>,
): Promise<{ readonly url: URL; readonly response: Response }> {
  let hop = { url: check(url), init: { ...init, redirect: 'manual' as const, signal } };
  for (let redirects = 0; ; redirects += 1) {
    const response = await guard(send(hop.url.href, hop.init));
    if (!isRedirect(response)) return { url: hop.url, response };
    await response.body?.cancel();
    if (redirects >= limits.redirects)
      throw new EgressError('redirect_refused', 'Too many redirects.');
    const next = followRedirect(hop.url, hop.init, response);
    if ('refusal' in next) throw new EgressError('redirect_refused', next.refusal);
    hop = { url: check(next.url.href), init: { ...next.init, redirect: 'manual', signal } };
    const refusal = await guard(Promise.resolve(limits.refuseRedirect?.(hop.url) ?? null));
    if (refusal !== null) throw new EgressError('redirect_refused', refusal);
  }
}

type Guard = <Result>(work: Promise<Result>) => Promise<Result>;

async function readWithin(
  url: URL,
  response: Response,
  limits: EgressLimits,
  guard: Guard,
): Promise<Response> {
  try {
    checkHeaders(response.headers);
    if (response.body === null) return withBody(url, response, null);
    const type = mediaTypeOf(response.headers);
    const check = (isUntyped: boolean) => {
      if (limits.content_types !== undefined && isUntyped === (type === ''))
        checkContentType(type, limits.content_types);
    };
    check(false);
    const bytes = await readBytes(response.body, limits.max_bytes, guard);
    // An empty body needs no type.
    if (bytes.byteLength > 0) check(true);
    return withBody(url, response, bytes);
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

/**
 * Counts decoded bytes, so that a compression bomb ends at the limit whatever its compressed size.
 */
async function readBytes(
  body: ReadableStream<Uint8Array>,
  limit: number,
  guard: Guard,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await guard(reader.read());
      if (done) break;
      size += value.byteLength;
      if (size > limit) throw tooLarge(limit);
      chunks.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    reader.releaseLock();
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/**
 * Returns a fetch that is bound to one origin, so that a key is sent nowhere else. The body streams
 * without a time limit.
 */
function createProviderFetch(
  send: Send,
  check: Check,
  base_url: string,
  headers_timeout_ms: number,
): Fetch {
  return async (input, init) => {
    const request = input instanceof Request ? input : null;
    const url = check(request?.url ?? String(input));
    if (url.origin !== check(base_url).origin)
      throw new EgressError(
        'url_not_allowed',
        'Requests to a provider are limited to its own origin.',
      );
    const caller = init?.signal ?? request?.signal ?? undefined;
    const headers = new AbortController();
    const timer = setTimeout(() => headers.abort(), headers_timeout_ms);
    const signal =
      caller === undefined ? headers.signal : AbortSignal.any([caller, headers.signal]);
    const given =
      request === null
        ? init
        : { method: request.method, headers: request.headers, body: request.body, ...init };
    try {
      const response = await untilAborted(
        send(url.href, { ...given, redirect: 'manual', signal }),
        signal,
        () => abortReason(caller),
      );
      if (!isRedirect(response)) return response;
      await response.body?.cancel();
      throw new EgressError('redirect_refused', 'Redirects of a provider are not followed.');
    } finally {
      clearTimeout(timer);
    }
  };
}
