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

/**
 * An outbound request was refused or failed. The message contains no URL and nothing of the
 * response.
 */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly reason: EgressReason;

  constructor(reason: EgressReason, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

/**
 * Returns the error of a request that ended before its response, because the caller aborted it or
 * its time limit was reached.
 */
export const abortReason = (caller: AbortSignal | undefined): EgressError =>
  caller?.aborted
    ? new EgressError('aborted', 'The request was aborted.')
    : new EgressError('timeout', 'The request timed out.');

/**
 * Returns the result of the work, or throws as soon as the signal aborts, even if the work
 * continues.
 */
export async function untilAborted<Result>(
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
      : new EgressError(
          'unreachable',
          'The server could not be reached, or the connection was closed.',
          error,
        );
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
