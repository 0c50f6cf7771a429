/** Codes of pages and sources that could not be read. */
export const sourceFaultCodes = [
  'robots_disallowed',
  'robots_unreachable',
  'redirected',
  'duplicate',
  'http_status',
  'unauthorized',
  'rate_limited',
  'timeout',
  'unreachable',
  'url_not_allowed',
  'too_large',
  'unsupported_media_type',
  'empty_document',
  'unreadable',
  'no_listing',
  'not_found',
  'quota_exceeded',
  'credential_unusable',
  'internal',
] as const;
export type SourceFaultCode = (typeof sourceFaultCodes)[number];

interface FaultOptions {
  /** True when the same request may succeed later. */
  readonly isTemporary?: boolean;
  /** Milliseconds that the remote side asks to wait. */
  readonly retryAfter_ms?: number;
  readonly cause?: unknown;
}

/** A document or listing that could not be read. The message is shown to the owner of the source. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  readonly code: SourceFaultCode;
  readonly isTemporary: boolean;
  readonly retryAfter_ms: number | null;

  constructor(code: SourceFaultCode, detail: string, options: FaultOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.isTemporary = options.isTemporary ?? false;
    this.retryAfter_ms = options.retryAfter_ms ?? null;
  }
}

/** The host serves another request of the workspace, or wants a longer pause than a step can wait. */
export class HostBusyError extends Error {
  override readonly name = 'HostBusyError';
  readonly wait_ms: number;

  constructor(wait_ms: number) {
    super('The host is busy.');
    this.wait_ms = wait_ms;
  }
}
