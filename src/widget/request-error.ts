import { detailOr, fill, texts } from './texts/texts.ts';

/** A refused request, in words for the person who reads it. */
export class RequestError extends Error {
  /** 0 if the server was not reached. */
  readonly status: number;
  readonly code: string;
  /** Seconds after which the server accepts the request; null if it did not say. */
  readonly retryAfter: number | null;

  constructor(status: number, code: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** True if the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Throws for a refused request. */
export async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code = problem.code ?? 'unknown';
  const header = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(header) ? header : null;
  const message = inWords(response.status, code, problem.detail, retryAfter);
  throw new RequestError(response.status, code, message, retryAfter);
}

/** Returns what a person can do about a refused request. */
function inWords(
  status: number,
  code: string,
  detail: string | undefined,
  retryAfter: number | null,
): string {
  switch (code) {
    case 'share_limit':
      return detailOr(detail, texts.limit);
    case 'not_found':
      return texts.gone;
    case 'forbidden':
      return texts.notAllowed;
    case 'unauthenticated':
      return texts.wrongCode;
    case 'budget_exceeded':
      return texts.budget;
    case 'session_busy':
      return texts.busy;
    case 'session_closed':
      return texts.ended;
    case 'too_large':
      return texts.tooLarge;
    case 'unsupported_media_type':
      return detailOr(detail, texts.wrongType);
    case 'conflict':
    case 'validation_failed':
    case 'quota_exceeded':
      return detailOr(detail, texts.unknown);
    default:
      if (status === 429) return fill(texts.tooMany, { seconds: retryAfter ?? 10 });
      return status === 413 ? texts.tooLarge : texts.unknown;
  }
}
