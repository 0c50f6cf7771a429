interface Body {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly request_id?: string;
  readonly errors?: readonly Violation[];
}

/** A violation of the input; `pointer` is a JSON Pointer into the body, or names a parameter. */
export interface Violation {
  readonly pointer: string;
  readonly detail: string;
}

/** A failure of the API (/docs/problems), or of the way to it: then `status` is 0 and `code` is `unreachable`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly violations: readonly Violation[];
  readonly requestId: string | null;
  /** Milliseconds after which the next attempt is welcome; null when the API does not say. */
  readonly retryAfter: number | null;
  /** Members of the problem beyond the standard ones, such as `latest_version`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Body, retryAfter: number | null = null, cause?: unknown) {
    super(body.detail ?? body.title ?? `The request failed with status ${status}.`, { cause });
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.violations = body.errors ?? [];
    this.requestId = body.request_id ?? null;
    this.retryAfter = retryAfter;
    this.details = { ...body };
  }

  static async from(response: Response): Promise<Problem> {
    const text = await response.text().catch(() => '');
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retryAfter = Number.isFinite(seconds) ? seconds * 1000 : null;
    try {
      return new Problem(response.status, JSON.parse(text) as Body, retryAfter);
    } catch {
      // A proxy, or a server that is being restarted.
      return new Problem(response.status, {}, retryAfter);
    }
  }

  static unreachable(cause: unknown): Problem {
    if (cause instanceof Problem) return cause;
    const detail = 'The server cannot be reached. Check the connection.';
    return new Problem(0, { code: 'unreachable', detail }, null, cause);
  }

  /** An answer that is not one of the API, or only a part of it. */
  static malformed(status: number): Problem {
    const detail =
      'The answer did not arrive as the API sends it. Something on the way may have replaced it or cut it off.';
    return new Problem(status, { code: 'malformed', detail });
  }

  /** True when the same request may succeed later. */
  get isTemporary(): boolean {
    const { status, code } = this;
    return (
      status === 0 ||
      status === 429 ||
      status >= 500 ||
      code === 'malformed' ||
      code === 'request_in_flight'
    );
  }
}
