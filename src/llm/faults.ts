import { APICallError } from '@ai-sdk/provider';
import { EgressError } from '../platform/egress.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { readReported } from './lenient/reported-error.ts';

/** What went wrong with one attempt, and what may be done about it. */
export interface Fault {
  readonly failure: Failure;
  readonly may_retry: boolean;
  /** What the provider asked for; null when it said nothing. */
  readonly retry_after_ms: number | null;
  /** Whether the provider turned the request down before doing anything, so that nothing was used. */
  readonly is_refusal: boolean;
  /** Whether the request left at all. */
  readonly was_sent: boolean;
  /** For the log: never a body, never a key. */
  readonly log: Readonly<Record<string, string | number>>;
}

export interface Blame {
  /** Name of the provider, for people. */
  readonly provider: string;
  /** Whether the credential is the workspace's own. */
  readonly is_own_key: boolean;
  /** Epoch milliseconds, to which a Retry-After with a date is compared. */
  readonly now: number;
}

const sent = { may_retry: false, retry_after_ms: null, is_refusal: false, was_sent: true, log: {} };

/** The call was stopped from outside: the client went away, or its time was up. */
export const stopped = (cause: unknown): Fault => ({
  ...sent,
  failure: new Failure('provider_timeout', 'The model call was stopped before its end.', {
    cause: nameOf(cause),
  }),
});

/** Nothing came for too long. */
export const silent = ({ provider }: Blame, was_sent = true): Fault => ({
  ...sent,
  was_sent,
  failure: new Failure('provider_timeout', `${provider} took too long to answer.`),
});

/** The stream ended, however cleanly, before the answer did. */
export const brokenOff = ({ provider }: Blame): Fault => ({
  ...sent,
  may_retry: true,
  failure: new Failure('provider_error', `${provider} broke off before the end of its answer.`),
});

/** The model ended its answer in an error of its own, such as a call of a function that cannot be read: it is paid for, and is made no better by asking again. */
export const givenUp = ({ provider }: Blame, raw: string | undefined): Fault => ({
  ...sent,
  log: { finish_reason: plain(raw) ?? 'error' },
  failure: new Failure(
    'provider_error',
    `The model of ${provider} ended its answer with an error${plain(raw) === null ? '' : ` (${raw})`}.`,
  ),
});

/** Any error of a provider package as a fault of ours (security.md R49). */
export function toFault(error: unknown, blame: Blame): Fault {
  const { provider } = blame;
  if (error instanceof Failure) return { ...sent, was_sent: false, failure: error };
  const refused = findCause(error, (cause) => cause instanceof EgressError);
  if (refused instanceof EgressError) return ofEgress(refused, blame);
  const reported = readReported(error);
  if (reported !== null)
    return {
      ...ofStatus(reported.status, {}, plain(reported.code), blame),
      is_refusal: reported.is_refusal,
    };
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const { statusCode, responseHeaders = {} } = error;
    return ofStatus(statusCode, responseHeaders, codeIn(error.data), blame);
  }
  if (isStreamError(error)) {
    const { statusCode, type, code, isRetryable } = error;
    const fault = ofStatus(
      statusCode ?? (isOverload(type) || isOverload(code) ? 529 : 500),
      {},
      plain(code) ?? plain(type),
      blame,
    );
    return { ...fault, is_refusal: false, may_retry: isRetryable ?? fault.may_retry };
  }
  const log = { error_name: nameOf(error) };
  // What a server wrote and nobody can read it would write again, and want to be paid for again.
  const may_retry = !/(TypeValidation|JSONParse)Error$/.test(log.error_name);
  return {
    ...sent,
    log,
    may_retry,
    failure: new Failure('provider_error', `${provider} failed, or its answer could not be read.`),
  };
}

interface StreamError {
  readonly statusCode?: number;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly isRetryable?: boolean;
}

/** As `isProviderStreamError` of @ai-sdk/provider-utils, which is not worth loading for a turn that needs no provider. */
const isStreamError = (error: unknown): error is StreamError =>
  typeof error === 'object' &&
  error !== null &&
  (error as Record<symbol, unknown>)[Symbol.for('vercel.ai.providerStreamError')] === true;

const isOverload = (value: unknown) =>
  typeof value === 'string' && /overloaded|rate_limit/.test(value);

function ofEgress({ reason }: EgressError, blame: Blame): Fault {
  const { provider } = blame;
  if (reason === 'timeout') return { ...silent(blame), log: { reason } };
  if (reason === 'aborted') return { ...stopped(undefined), log: { reason } };
  const was_sent = reason !== 'url_not_allowed';
  const detail = {
    url_not_allowed: `The address of ${provider} may not be called.`,
    redirect_refused: `${provider} redirects, which is not followed.`,
  }[reason as string];
  const failure = new Failure(
    'provider_error',
    detail ?? `${provider} could not be reached, or broke off.`,
  );
  return { ...sent, was_sent, log: { reason }, may_retry: reason === 'unreachable', failure };
}

function ofStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
  code: string | null,
  blame: Blame,
): Fault {
  const { provider, is_own_key, now } = blame;
  const retry_after_ms = readRetryAfter(headers, now);
  const log: Record<string, string | number> = { provider_status: status };
  const request_id = requestIdIn(headers);
  if (request_id !== null) log.provider_request_id = request_id;
  if (code !== null) log.provider_code = code;
  const fault = (failure: Failure, may_retry = false): Fault => ({
    ...sent,
    log,
    retry_after_ms,
    is_refusal: true,
    may_retry,
    failure,
  });
  if (status === 401 || status === 402 || status === 403) {
    const what = status === 402 ? 'wants payment' : 'refused the credential';
    if (is_own_key)
      return fault(new Failure('provider_auth', `${provider} ${what} of this workspace.`));
    return fault(new Failure('provider_error', `${provider} ${what} of this deployment.`));
  }
  if (status === 408)
    return fault(new Failure('provider_timeout', `${provider} took too long to answer.`), true);
  if (status === 429) {
    const retryAfter = Math.max(1, Math.ceil((retry_after_ms ?? defaultRetryAfter) / second));
    // A quota that is used up does not come back within seconds.
    return fault(
      new Failure('rate_limited', `${provider} is getting too many requests.`, { retryAfter }),
      code !== 'insufficient_quota',
    );
  }
  if (status >= 500)
    return fault(new Failure('provider_error', `${provider} failed (HTTP ${status}).`), true);
  const detail =
    status === 404
      ? `${provider} does not know the model, or not for this credential`
      : `${provider} refused the request`;
  return fault(new Failure('provider_error', `${detail} (HTTP ${status}).`));
}

const defaultRetryAfter = 10 * second;

function readRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | null {
  const milliseconds = Number(headers['retry-after-ms']);
  if (headers['retry-after-ms'] !== undefined && milliseconds >= 0) return milliseconds;
  const value = headers['retry-after'];
  if (value === undefined) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * second;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

function requestIdIn(headers: Readonly<Record<string, string>>): string | null {
  const names = ['x-request-id', 'request-id', 'x-goog-request-id', 'cf-ray', 'x-amzn-requestid'];
  return names.map((name) => plain(headers[name])).find((value) => value !== null) ?? null;
}

/** The provider's own word for what is wrong, where it is one word: anything longer may quote the request. */
function codeIn(data: unknown): string | null {
  const error = (
    data as { error?: { code?: unknown; type?: unknown; status?: unknown } } | undefined
  )?.error;
  return plain(error?.code) ?? plain(error?.status) ?? plain(error?.type);
}

const plain = (value: unknown): string | null =>
  typeof value === 'string' && /^[\w.:-]{1,80}$/.test(value) ? value : null;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

function findCause(error: unknown, is: (error: unknown) => boolean): unknown {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth += 1
  ) {
    if (is(current)) return current;
  }
  return undefined;
}
