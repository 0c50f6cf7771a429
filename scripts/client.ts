/** A minimal client of the HTTP API for the scripts. */
export interface Client {
  readonly url: string;
  readonly key: string;
  /** Paths are relative to `/api/v1`. Throws `ApiError` for every status of 400 and above. */
  call<Reply>(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** As `call`, but returns the response with its body unread. */
  send(method: string, path: string, options?: CallOptions): Promise<Response>;
}

export interface CallOptions {
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  /** Seconds after which the server wants the next attempt; null when it does not say. */
  readonly retryAfter: number | null;

  constructor(
    request: string,
    status: number,
    problem: {
      code?: string;
      detail?: string;
      request_id?: string;
      errors?: readonly { readonly pointer: string; readonly detail: string }[];
    },
    retryAfter: string | null = null,
  ) {
    super(
      `${request} answered ${status}: ${problem.detail ?? 'no detail'} (request ${problem.request_id ?? 'unknown'})`,
    );
    this.status = status;
    this.code = problem.code ?? '';
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  }
}

export function openClient(url: string, key: string): Client {
  const base = url.replace(/\/+$/, '');
  const send = async (method: string, path: string, options: CallOptions = {}) => {
    const headers = new Headers(options.headers);
    headers.set('authorization', `Bearer ${key}`);
    if (options.json !== undefined) headers.set('content-type', 'application/json');
    if (options.idempotencyKey !== undefined)
      headers.set('idempotency-key', options.idempotencyKey);
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers,
      body: options.json === undefined ? (options.form ?? null) : JSON.stringify(options.json),
      signal: options.signal ?? null,
    });
    if (response.ok) return response;
    throw new ApiError(
      `${method} ${path}`,
      response.status,
      (await response.json().catch(() => ({}))) as object,
      response.headers.get('retry-after'),
    );
  };
  return {
    url: base,
    key,
    send,
    async call<Reply>(method: string, path: string, options?: CallOptions) {
      const text = await (await send(method, path, options)).text();
      return (text === '' ? undefined : JSON.parse(text)) as Reply;
    },
  };
}
