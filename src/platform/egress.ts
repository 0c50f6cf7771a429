import { Failure } from '../shared/failure.ts';
import { type HostRules, refuseAddress } from './address.ts';
import type { Egress, EgressLimits, Fetch } from './ports.ts';
import { followRedirect, isRedirect } from './redirect.ts';

const egressReasons = [
  'url_not_allowed',
  'redirect_refused',
  'timeout',
  'aborted',
  'unreachable',
  'too_large',
  'headers_too_large',
  'content_type',
] as const;
export type EgressReason = (typeof egressReasons)[number];

/** An outbound request that was refused or failed. The message names no address and carries nothing of the other side. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly reason: EgressReason;

  constructor(reason: EgressReason, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

/** Names and values of a response, in characters. */
const maxHeaderCharacters = 32 * 1024;
const maxHeaders = 128;

type Send = (url: string, init: RequestInit) => Promise<Response>;

/** The deployment's one door to the network. `send` is the runtime's own fetch but in tests of the door itself. */
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
      error instanceof Error ? error.message : 'The address is not allowed.',
      error,
    );
  }
}

type Check = (url: string) => URL;

/** Every hop is checked like the first; the deadline covers all of them and the body, which is read to its end here. */
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
  const guard = <Result>(work: Promise<Result>) =>
    untilAborted(work, signal, () => abortReason(caller));
  let hop = { url: check(url), init: { ...init, redirect: 'manual' as const, signal } };
  for (let redirects = 0; ; redirects += 1) {
    const response = await guard(send(hop.url.href, hop.init));
    if (!isRedirect(response)) return at(hop.url, await readWithin(response, limits, guard));
    await response.body?.cancel();
    if (redirects >= limits.redirects)
      throw new EgressError(
        'redirect_refused',
        'The address redirects more often than is allowed.',
      );
    const next = followRedirect(hop.url, hop.init, response);
    if ('refusal' in next) throw new EgressError('redirect_refused', next.refusal);
    hop = { url: check(next.url.href), init: { ...next.init, redirect: 'manual', signal } };
  }
}

/** A response that is made here has no address of its own: this is where it came from, after all redirects. */
const at = (url: URL, response: Response): Response =>
  Object.defineProperty(response, 'url', { value: url.href });

const abortReason = (caller: AbortSignal | undefined): EgressError =>
  caller?.aborted
    ? new EgressError('aborted', 'The request was stopped.')
    : new EgressError('timeout', 'The other side took longer than is allowed.');

/** The work, or an error as soon as the signal says so, whatever the work does about the signal. */
async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  reason: () => EgressError,
): Promise<Result> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(reason());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    if (error instanceof EgressError) throw error;
    throw signal.aborted
      ? reason()
      : new EgressError('unreachable', 'The other side could not be reached, or broke off.', error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

type Guard = <Result>(work: Promise<Result>) => Promise<Result>;

async function readWithin(
  response: Response,
  limits: EgressLimits,
  guard: Guard,
): Promise<Response> {
  try {
    checkHeaders(response.headers);
    if (response.body === null) return response;
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    const check = (isUntyped: boolean) => {
      if (limits.content_types !== undefined && isUntyped === (type === ''))
        checkContentType(type, limits.content_types);
    };
    check(false);
    const bytes = await readBytes(response.body, limits.max_bytes, guard);
    // An answer of nothing needs no type.
    if (bytes.byteLength > 0) check(true);
    const { status, statusText, headers } = response;
    return new Response(isBodiless(status) ? null : bytes, {
      status,
      statusText,
      headers: withoutFraming(headers),
    });
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
}

const isBodiless = (status: number) =>
  status === 101 || status === 204 || status === 205 || status === 304;

/** The body is inflated by now: its former length and coding are no longer true of it. */
function withoutFraming(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
  return kept;
}

function checkHeaders(headers: Headers): void {
  let count = 0;
  let characters = 0;
  for (const [name, value] of headers) {
    count += 1;
    characters += name.length + value.length;
  }
  if (count > maxHeaders || characters > maxHeaderCharacters) {
    throw new EgressError(
      'headers_too_large',
      'The headers of the answer are larger than is allowed.',
    );
  }
}

/** A range is a media type, `text/*` for all of a kind, or `+json` for all of a structure. */
function checkContentType(type: string, allowed: readonly string[]): void {
  const matches = (range: string) =>
    range === type ||
    (range.endsWith('/*') && type.startsWith(range.slice(0, -1))) ||
    (range.startsWith('+') && type.endsWith(range));
  if (allowed.some(matches)) return;
  const named = /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'of no known type';
  throw new EgressError(
    'content_type',
    `The answer is ${named}; allowed is ${allowed.join(', ')}.`,
  );
}

/** Counts what comes out of the decoder, so that a bomb is stopped however small it was on the wire. */
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
      if (size > limit)
        throw new EgressError('too_large', `The answer has more than ${limit} bytes.`);
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

/** Bound to one origin, so that a key goes where it belongs or nowhere. The body streams: its end is the caller's to wait for. */
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
      throw new EgressError('url_not_allowed', 'A provider is called at its own address only.');
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
      throw new EgressError('redirect_refused', 'A provider that redirects is not followed.');
    } finally {
      clearTimeout(timer);
    }
  };
}
