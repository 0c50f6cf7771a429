import type { Ctx } from '../platform/context.ts';
import { EgressError } from '../platform/egress.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';

/** A message that the channel has not accepted. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly status: number | null;
  /** Seconds until the next attempt, where the channel states them. */
  readonly retry_after_s: number | null;
  /** No later attempt can succeed. */
  readonly is_lasting: boolean;
  /** The response, or the file that it is about, has too many bytes. */
  readonly is_too_large: boolean;

  constructor(
    message: string,
    {
      status = null,
      retry_after_s = null,
      is_lasting = false,
      is_too_large = false,
    }: {
      status?: number | null;
      retry_after_s?: number | null;
      is_lasting?: boolean;
      is_too_large?: boolean;
    } = {},
  ) {
    super(message.slice(0, 500));
    this.status = status;
    this.retry_after_s = retry_after_s;
    this.is_lasting = is_lasting;
    this.is_too_large = is_too_large;
  }
}

const maxReplyBytes = 256 * 1024;
export const maxFileBytes = 20 * 1024 * 1024;

/** Sends a request. Throws `SendError` without a response, and for 429 with the time to wait. */
export async function callApi(
  ctx: Ctx,
  url: string,
  init: RequestInit,
  max_bytes = maxReplyBytes,
): Promise<Response> {
  const limits = { redirects: 0, deadline_ms: 30 * second, max_bytes };
  try {
    const response = await ctx.egress.request(url, { signal: ctx.signal, ...init }, limits);
    if (response.status !== 429) return response;
    throw new SendError('The channel limits the rate of messages.', {
      status: 429,
      retry_after_s:
        readRetryAfter(response.headers, ctx.now()) ??
        retryAfterOf(await readReply(response)) ??
        30,
    });
  } catch (error) {
    if (error instanceof EgressError || error instanceof Failure)
      throw new SendError(error.message, {
        is_lasting: error instanceof Failure,
        is_too_large: error instanceof EgressError && error.reason === 'too_large',
      });
    throw error;
  }
}

/** Returns the seconds of a `Retry-After` header, at most an hour. */
function readRetryAfter(headers: Headers, now: number): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / second;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), 3600) : null;
}

/** The seconds that Telegram states in the body. */
function retryAfterOf({ parameters }: Readonly<Record<string, unknown>>): number | null {
  const seconds = (parameters as { retry_after?: unknown } | undefined)?.retry_after;
  return typeof seconds === 'number' && seconds > 0 ? Math.min(Math.ceil(seconds), 3600) : null;
}

/** Returns the JSON object of a reply; an empty one for any other body. */
export async function readReply(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** Downloads a file of at most 20 MB. Its address may have expired, so that the next one is tried after any status. */
export async function download(
  ctx: Ctx,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await callApi(ctx, url, { headers }, maxFileBytes);
  if (!response.ok)
    throw new SendError(`The file could not be read: ${response.status}.`, {
      status: response.status,
    });
  return new Uint8Array(await response.arrayBuffer());
}
