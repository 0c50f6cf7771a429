import type { Ctx } from '../../platform/context.ts';
import { EgressError, type EgressReason } from '../../platform/egress.ts';
import { hour, second } from '../../shared/time.ts';

/** The result of a request to an OTLP/HTTP endpoint ("Response" in the specification). */
export type Outcome =
  | { readonly type: 'accepted'; readonly rejected_spans: number; readonly warning: string | null }
  /** The request may be repeated, not before `after_ms`; null leaves the delay to the backoff. */
  | { readonly type: 'retry'; readonly after_ms: number | null; readonly reason: string }
  /** The spans were refused and must not be sent again. */
  | { readonly type: 'refused'; readonly reason: string; readonly isTooLarge: boolean }
  /** No request will succeed until the settings are changed. */
  | { readonly type: 'suspended'; readonly reason: string };

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 4 * 1024 * 1024 };
const maxRetryAfter = hour;

const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Wrong credentials or a wrong URL: the spans themselves were not refused. */
const misconfigured: ReadonlySet<number> = new Set([401, 403, 404, 405]);

/** Sends one batch. Failures of the endpoint are returned, not thrown. */
export async function sendSpans(
  ctx: Ctx,
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Outcome> {
  const own = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'agentgrid',
  };
  const init = { method: 'POST', headers: { ...headers, ...own }, body, signal: ctx.signal };
  try {
    return readOutcome(
      await ctx.egress.request(endpoint, init, limits),
      Object.values(headers),
      ctx.now(),
    );
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    return outcomeOf(error.reason, error.message);
  }
}

function outcomeOf(reason: EgressReason, message: string): Outcome {
  if (reason === 'url_not_allowed' || reason === 'redirect_refused')
    return { type: 'suspended', reason: message };
  if (reason === 'timeout' || reason === 'unreachable' || reason === 'aborted')
    return { type: 'retry', after_ms: null, reason: message };
  return { type: 'refused', reason: message, isTooLarge: false };
}

async function readOutcome(
  response: Response,
  secrets: readonly string[],
  now: number,
): Promise<Outcome> {
  const { status } = response;
  const reply = readReply(await response.text(), secrets);
  if (response.ok)
    return { type: 'accepted', rejected_spans: reply.rejected_spans, warning: reply.message };
  const reason = `The endpoint returned ${status}${reply.message === null ? '' : `: ${reply.message}`}`;
  if (retryable.has(status))
    return {
      type: 'retry',
      after_ms: readRetryAfter(response.headers.get('retry-after'), now),
      reason,
    };
  if (misconfigured.has(status)) return { type: 'suspended', reason };
  return { type: 'refused', reason, isTooLarge: status === 413 };
}

/** Reads the message of an `ExportTraceServiceResponse` or a `Status`; null for any other body. */
function readReply(
  text: string,
  secrets: readonly string[],
): { readonly rejected_spans: number; readonly message: string | null } {
  const reply = readJson(text) as {
    partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
    message?: unknown;
  } | null;
  const rejected = Number(reply?.partialSuccess?.rejectedSpans ?? 0);
  const message = reply?.partialSuccess?.errorMessage ?? reply?.message;
  return {
    rejected_spans: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message:
      typeof message === 'string' && message !== ''
        ? withoutSecrets(message, secrets).slice(0, 300)
        : null,
  };
}

/** Removes the header values, which an endpoint may echo. */
const withoutSecrets = (text: string, secrets: readonly string[]) =>
  secrets
    .flatMap((secret) => [secret, ...secret.split(/[\s,;]+/)])
    .filter((part) => part.length >= 4)
    .reduce((rest, part) => rest.replaceAll(part, '…'), text);

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Returns the delay in milliseconds of a `Retry-After` header, which is seconds or a date; null
 * when absent or invalid.
 */
function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * second : Date.parse(value) - now;
  return Number.isNaN(wait) ? null : Math.min(maxRetryAfter, Math.max(0, wait));
}
