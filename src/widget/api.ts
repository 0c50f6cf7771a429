import { texts } from './texts.ts';

/** A refused request, in words for the person who reads it. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What the browser keeps between visits. */
interface Kept {
  readonly refresh_token?: string;
  readonly session?: string;
}

interface Visit {
  readonly token: string;
  readonly refresh_token: string;
}

/** Sends the requests of one visitor of one link. The page that embeds the widget holds no key. */
export class Api {
  readonly #origin: string;
  readonly #link: string;
  readonly #name: string;
  #kept: Kept;
  #token: string | null = null;

  constructor(origin: string, link: string) {
    this.#origin = origin;
    this.#link = link;
    this.#name = `agentgrid:${link}`;
    this.#kept = readKept(this.#name);
  }

  get session(): string | null {
    return this.#kept.session ?? null;
  }

  get isKnown(): boolean {
    return this.#kept.refresh_token !== undefined;
  }

  keep(changes: Kept): void {
    this.#kept = { ...this.#kept, ...changes };
    try {
      localStorage.setItem(this.#name, JSON.stringify(this.#kept));
    } catch {
      // Storage is refused or full: the visit ends with the page.
    }
  }

  forgetSession(): void {
    const { session: _, ...rest } = this.#kept;
    this.#kept = {};
    this.keep(rest);
  }

  shared<Reply>(path = '', body?: object): Promise<Reply> {
    return this.#plain(`/shared/${this.#link}${path}`, body) as Promise<Reply>;
  }

  /** Opens the link, as the visitor of an earlier visit if there was one. */
  async enter(proof: { readonly email?: string; readonly code?: string } = {}): Promise<void> {
    const { refresh_token } = this.#kept;
    const known = refresh_token === undefined ? {} : { refresh_token };
    const visit = await this.shared<Visit>('/visitors', { ...known, ...proof });
    this.#token = visit.token;
    this.keep({ refresh_token: visit.refresh_token });
  }

  /** Sends a request as the visitor, and again with a new token once the token has expired. */
  async send(method: string, path: string, options: SendOptions = {}): Promise<Response> {
    if (this.#token === null) await this.enter();
    const first = await this.#request(method, path, options);
    if (first.status !== 401) return checked(first);
    await this.enter();
    return checked(await this.#request(method, path, options));
  }

  async json<Reply>(method: string, path: string, body?: object): Promise<Reply> {
    const response = await this.send(method, path, body === undefined ? {} : { body });
    return (response.status === 204 ? null : await response.json()) as Reply;
  }

  createSession<Reply>(): Promise<Reply> {
    return this.json<Reply>('POST', `/shared/${this.#link}/sessions`, {});
  }

  async #plain(path: string, body?: object): Promise<unknown> {
    const init: RequestInit =
      body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          };
    const response = await checked(await reach(`${this.#origin}/api/v1${path}`, init));
    return response.status === 204 ? null : response.json();
  }

  #request(method: string, path: string, options: SendOptions): Promise<Response> {
    const { body, headers = {}, signal } = options;
    const isForm = body instanceof FormData;
    return reach(`${this.#origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

interface SendOptions {
  readonly body?: object | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function readKept(name: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as Kept;
  } catch {
    return {};
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestError(0, 'unreachable', navigator.onLine ? texts.unreachable : texts.offline);
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code = problem.code ?? 'unknown';
  throw new RequestError(response.status, code, inWords(response, code, problem.detail));
}

/** Returns what a person can do about a refused request. */
function inWords(response: Response, code: string, detail: string | undefined): string {
  switch (code) {
    case 'share_limit':
      return detail ?? texts.closed;
    case 'not_found':
      return texts.closed;
    case 'forbidden':
      return texts.notAllowed;
    case 'unauthenticated':
      return texts.wrongCode;
    case 'budget_exceeded':
      return texts.budget;
    case 'rate_limited':
      return texts.tooMany(Number(response.headers.get('retry-after') ?? 10));
    case 'session_busy':
      return texts.busy;
    case 'session_closed':
      return texts.ended;
    case 'too_large':
    case 'unsupported_media_type':
    case 'validation_failed':
    case 'quota_exceeded':
      return detail ?? texts.unknown;
    default:
      return texts.unknown;
  }
}
