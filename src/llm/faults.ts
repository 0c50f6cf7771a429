import { APICallError } from '@ai-sdk/provider';
import { EgressError } from '../platform/egress.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { readReported } from './lenient/reported-error.ts';

/** The failure of one attempt, and whether a retry can help. */
export interface Fault {
  readonly failure: Failure;
  readonly may_retry: boolean;
  /** The delay that the provider requested; null for none. */
  readonly retry_after_ms: number | null;
  /** True when the provider rejected the request before processing it, so that no tokens were used. */
  readonly is_refusal: boolean;
  /** True when the request was sent. */
  readonly was_sent: boolean;
  /** Fields for the log. They never contain a body or a key. */
  readonly log: Readonly<Record<string, string | number>>;
}

export interface Blame {
  /** Display name of the provider. */
  readonly provider: string;
  /** True when the credential belongs to the workspace. */
  readonly is_own_key: boolean;
  /** Current time in epoch milliseconds, against which a `Retry-After` date is resolved. */
  readonly now: number;
}

const sent = { may_retry: false, retry_after_ms: null, is_refusal: false, was_sent: true, log: {} };

/** Returns the fault of a call that was aborted: the client disconnected, or the time limit was reached. */
export const callAborted = (cause: unknown): Fault => ({
  ...sent,
  failure: new Failure('provider_timeout', 'The model call was aborted before it completed.', {
    cause: nameOf(cause),
  }),
});

/** Returns the fault of a call whose provider sent no data within the time limit. */
export const providerTimedOut = ({ provider }: Blame, was_sent = true): Fault => ({
  ...sent,
  was_sent,
  failure: new Failure('provider_timeout', `${provider} timed out.`),
});

/** Returns the fault of a stream that ended before the answer was complete. */
export const streamCutOff = ({ provider }: Blame): Fault => ({
  ...sent,
  may_retry: true,
  failure: new Failure(
    'provider_error',
    `${provider} closed the connection before the answer was complete.`,
  ),
});

/**
 * Returns the fault of an answer that the model itself ended with an error, such as a malformed
 * function call. The call is billed, and a retry does not help.
 */
export const modelErrored = ({ provider }: Blame, raw: string | undefined): Fault => ({
  ...sent,
  log: { finish_reason: plain(raw) ?? 'error' },
  failure: new Failure(
    'provider_error',
    `The model of ${provider} ended its answer with an error${plain(raw) === null ? '' : ` (${raw})`}.`,
  ),
});

/** Maps any error of a provider package to a fault (security.md R49). */
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
  // An unreadable response is not retried: the server would send it again and bill it again.
  const may_retry = !/(TypeValidation|JSONParse)Error$/.test(log.error_name);
  return {
    ...sent,
    log,
    may_retry,
    failure: new Failure(
      'provider_error',
      `${provider} failed or returned an unreadable response.`,
    ),
  };
}

interface StreamError {
  readonly statusCode?: number;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly isRetryable?: boolean;
}

/** Equivalent to `isProviderStreamError` of @ai-sdk/provider-utils, which would be loaded even for turns without a provider. */
const isStreamError = (error: unknown): error is StreamError =>
  typeof error === 'object' &&
  error !== null &&
  (error as Record<symbol, unknown>)[Symbol.for('vercel.ai.providerStreamError')] === true;

const isOverload = (value: unknown) =>
  typeof value === 'string' && /overloaded|rate_limit/.test(value);

function ofEgress({ reason }: EgressError, blame: Blame): Fault {
  const { provider } = blame;
  if (reason === 'timeout') return { ...providerTimedOut(blame), log: { reason } };
  if (reason === 'aborted') return { ...callAborted(undefined), log: { reason } };
  const was_sent = reason !== 'url_not_allowed';
  const detail = {
    url_not_allowed: `The base URL of ${provider} is not allowed.`,
    redirect_refused: `${provider} responded with a redirect. Redirects are not followed.`,
  }[reason as string];
  const failure = new Failure(
    'provider_error',
    detail ?? `${provider} could not be reached or closed the connection.`,
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
    const what = status === 402 ? 'requires payment for the credential' : 'rejected the credential';
    if (is_own_key)
      return fault(new Failure('provider_auth', `${provider} ${what} of this workspace.`));
    return fault(new Failure('provider_error', `${provider} ${what} of this deployment.`));
  }
  if (status === 408) return fault(new Failure('provider_timeout', `${provider} timed out.`), true);
  if (status === 429) {
    const retryAfter = Math.max(1, Math.ceil((retry_after_ms ?? defaultRetryAfter) / second));
    // An exhausted quota is not restored within seconds.
    return fault(
      new Failure('rate_limited', `${provider} is rate limiting requests.`, { retryAfter }),
      code !== 'insufficient_quota',
    );
  }
  if (status >= 500)
    return fault(new Failure('provider_error', `${provider} failed (HTTP ${status}).`), true);
  const detail =
    status === 404
      ? `${provider} found no such model for this credential`
      : `${provider} rejected the request`;
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

/** Returns the error code of the provider when it is a single word; longer texts may quote the request. */
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
