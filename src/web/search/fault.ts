import { second } from '../../shared/time.ts';
import type { SearchReply } from './reply.ts';

export const searchFaultCodes = [
  'provider_auth',
  'quota_exhausted',
  'rate_limited',
  'timeout',
  'unavailable',
  'invalid_request',
  'misconfigured',
  'budget_exceeded',
  'credential_unusable',
] as const;
export type SearchFaultCode = (typeof searchFaultCodes)[number];

/** A search that a provider did not answer. */
export interface SearchFault {
  readonly code: SearchFaultCode;
  /** A sentence without a key. */
  readonly detail: string;
  /** Milliseconds that the provider asks to wait. */
  readonly retry_after_ms?: number;
}

export const isFault = (one: object): one is SearchFault => 'code' in one;

const maxDetailChars = 300;

/** Returns the fault of an error status, as most providers use them. `said` is the provider's own message. */
export function faultOfStatus({ status, headers }: SearchReply, said: unknown): SearchFault {
  const own =
    typeof said === 'string' && said.trim() !== ''
      ? `: ${said.trim().slice(0, maxDetailChars).toWellFormed()}`
      : '.';
  const detail = `HTTP ${status}${own}`;
  if (status === 401 || status === 403) return { code: 'provider_auth', detail };
  if (status === 402) return { code: 'quota_exhausted', detail };
  if (status === 429) return { code: 'rate_limited', detail, ...retryAfter(headers) };
  if (status >= 400 && status < 500 && status !== 408) return { code: 'invalid_request', detail };
  return { code: 'unavailable', detail };
}

function retryAfter(headers: Headers): { retry_after_ms?: number } {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds > 0 ? { retry_after_ms: seconds * second } : {};
}

/** A response with a success status that is not what the provider documents. */
export const unreadable: SearchFault = {
  code: 'unavailable',
  detail: 'The response is not a list of results.',
};
