import { Kept } from './kept.ts';
import { checked, RequestError } from './request-error.ts';
import { texts } from './texts/texts.ts';

interface Visit {
  readonly token: string;
  readonly refresh_token: string;
  readonly visitor_id: string;
}

/** Sends the requests of one visitor of one link. The page that embeds the widget holds no key. */
export class Api {
  readonly kept: Kept;
  readonly #origin: string;
  readonly #link: string;
  #token: string | null = null;

  constructor(origin: string, link: string) {
    this.#origin = origin;
    this.#link = link;
    this.kept = new Kept(link);
  }

  get session(): string | null {
    return this.kept.values.session ?? null;
  }

  forgetSession(): void {
    this.kept.change({ session: undefined });
  }

  /** Reads the link, or posts to it, without being a visitor. */
  async shared<Reply>(path = '', body?: object): Promise<Reply> {
    const init = body === undefined ? {} : { method: 'POST', ...jsonOf(body) };
    const response = await reach(`${this.#origin}/api/v1/shared/${this.#link}${path}`, init);
    try {
      const ok = await checked(response);
      return (ok.status === 204 ? null : await ok.json()) as Reply;
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 404) throw error;
      throw new RequestError(404, 'link_closed', texts.closed);
    }
  }

  /** Opens the link, as the visitor of an earlier visit if there was one. */
  async enter(proof: { readonly email?: string; readonly code?: string } = {}): Promise<void> {
    const { refresh_token, visitor } = this.kept.values;
    const known = refresh_token === undefined ? {} : { refresh_token };
    const visit = await this.shared<Visit>('/visitors', { ...known, ...proof });
    this.#token = visit.token;
    if (visitor !== undefined && visitor !== visit.visitor_id) this.forgetSession();
    this.kept.change({ refresh_token: visit.refresh_token, visitor: visit.visitor_id });
  }

  /** Enters as the visitor of an earlier visit; false if there was none, or it is over. */
  async returns(): Promise<boolean> {
    if (this.kept.values.refresh_token === undefined) return false;
    try {
      await this.enter();
      return true;
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) return false;
      throw error;
    }
  }

  /** Enters again. Throws `unverified` if the visitor has to prove an address. */
  async #enterAgain(): Promise<void> {
    try {
      await this.enter();
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 401) throw error;
      throw new RequestError(401, 'unverified', texts.verifyAgain);
    }
  }

  /** Sends a request as the visitor, and again with a new token once the token has expired. */
  async send(method: string, path: string, options: SendOptions = {}): Promise<Response> {
    if (this.#token === null) await this.#enterAgain();
    const first = await this.#request(method, path, options);
    if (first.status !== 401) return checked(first);
    await this.#enterAgain();
    return checked(await this.#request(method, path, options));
  }

  async json<Reply>(method: string, path: string, body?: object): Promise<Reply> {
    const response = await this.send(method, path, body === undefined ? {} : { body });
    return (response.status === 204 ? null : await response.json()) as Reply;
  }

  createSession<Reply>(): Promise<Reply> {
    return this.json<Reply>('POST', `/shared/${this.#link}/sessions`, {});
  }

  #request(method: string, path: string, options: SendOptions): Promise<Response> {
    const { body, headers = {}, signal } = options;
    const content =
      body === undefined
        ? { headers: {} }
        : body instanceof FormData
          ? { body, headers: {} }
          : jsonOf(body);
    return reach(`${this.#origin}/api/v1${path}`, {
      method,
      ...content,
      headers: { authorization: `Bearer ${this.#token}`, ...content.headers, ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

interface SendOptions {
  readonly body?: object | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const jsonOf = (body: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestError(0, 'unreachable', navigator.onLine ? texts.unreachable : texts.offline);
  }
}
