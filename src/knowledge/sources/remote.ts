import { EgressError } from '../../platform/egress.ts';
import { hour, second } from '../../shared/time.ts';
import { SourceFault, type SourceFaultCode } from './fault.ts';

const maxRetryAfter = 6 * hour;

/** Converts a refused or failed request. Other errors are returned unchanged. */
export function faultOfEgress(error: unknown): unknown {
  if (!(error instanceof EgressError)) return error;
  const { reason, message } = error;
  const options = { cause: error };
  switch (reason) {
    case 'timeout':
    case 'unreachable':
      return new SourceFault(reason, message, { ...options, isTemporary: true });
    case 'aborted':
      return new SourceFault('unreachable', message, { ...options, isTemporary: true });
    case 'url_not_allowed':
    case 'too_large':
      return new SourceFault(reason, message, options);
    case 'redirect_refused':
      return new SourceFault('redirected', message, options);
    case 'content_type':
      return new SourceFault('unsupported_media_type', message, options);
    case 'headers_too_large':
      return new SourceFault('too_large', message, options);
  }
}

/** Returns the wait that `Retry-After` or GitHub's rate limit asks for, in milliseconds; null for none. */
function retryAfter(headers: Headers, now: number): number | null {
  const value = headers.get('retry-after')?.trim();
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const until =
    value !== undefined && value !== ''
      ? /^\d+$/.test(value)
        ? now + Number(value) * second
        : Date.parse(value)
      : headers.get('x-ratelimit-remaining') === '0'
        ? reset * second
        : Number.NaN;
  return Number.isFinite(until) ? Math.min(Math.max(until - now, second), maxRetryAfter) : null;
}

/** Returns the fault of a response that is neither a success nor 404 or 410. */
export function faultOfStatus({ status, headers }: Response, now: number): SourceFault {
  const wait = retryAfter(headers, now);
  const isLimit = status === 429 || (wait !== null && (status === 403 || status === 503));
  const options = wait === null ? {} : { retryAfter_ms: wait };
  if (isLimit)
    return new SourceFault('rate_limited', `The server limits requests (HTTP ${status}).`, {
      isTemporary: true,
      ...options,
    });
  const code: SourceFaultCode = status === 401 || status === 403 ? 'unauthorized' : 'http_status';
  return new SourceFault(code, `The server returned HTTP ${status}.`, {
    isTemporary: status >= 500 || status === 408 || status === 425,
    ...options,
  });
}
