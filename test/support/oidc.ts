import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { app } from '../../src/app.ts';
import { type Answer, toAnswer } from './api.ts';
import { Site } from './outbound.ts';
import { newAddress, origin } from './people.ts';
import type { Bindings } from './worker.ts';

/** Claims that replace or extend those of a valid ID token. */
export type Claims = Record<string, unknown>;

export interface SignInOptions {
  readonly claims?: Claims;
  /** Replaces the ID token. */
  readonly forge?: (claims: Claims) => Promise<string> | string;
}

interface Key {
  readonly kid: string;
  readonly private: JsonWebKey;
  readonly public: JsonWebKey;
}

async function newKey(kid: string): Promise<Key> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const pair = (await crypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const [own, shown] = await Promise.all(
    [pair.privateKey, pair.publicKey].map((key) => crypto.subtle.exportKey('jwk', key)),
  );
  return { kid, private: own as JsonWebKey, public: shown as JsonWebKey };
}

/** An identity provider at the wire: discovery, keys and tokens by OpenID Connect. */
export class Issuer {
  readonly site = new Site();
  readonly id = 'acme';
  readonly client_id = `client-${crypto.randomUUID()}`;
  readonly client_secret = 'a secret: of the client';
  #key: Key | undefined;
  #tokens: Record<string, { status: number; body: string }> = {};

  get issuer(): string {
    return this.site.origin;
  }

  /** Bindings of a deployment that has this provider. */
  bindings(more: Bindings = {}, entry: object = {}): Bindings {
    const { id, issuer, client_id, client_secret } = this;
    return {
      OIDC_PROVIDERS: JSON.stringify([{ id, name: 'Acme', issuer, client_id, ...entry }]),
      OIDC_CLIENT_SECRETS: JSON.stringify({ [id]: client_secret }),
      ...more,
    };
  }

  async open(metadata: object = {}): Promise<this> {
    const { site, issuer } = this;
    const body = JSON.stringify({
      issuer,
      authorization_endpoint: site.url('/authorize?tenant=1'),
      token_endpoint: site.url('/token'),
      jwks_uri: site.url('/keys'),
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      ...metadata,
    });
    await site.answers('/.well-known/openid-configuration', { body });
    await this.rotate();
    return this;
  }

  /** Signs with a new key from now on, and no longer shows the one before. */
  async rotate(): Promise<void> {
    this.#key = await newKey(crypto.randomUUID());
    const shown = { ...this.#key.public, kid: this.#key.kid, alg: 'ES256', use: 'sig' };
    await this.site.answers('/keys', { body: JSON.stringify({ keys: [shown] }) });
  }

  get key(): Key {
    if (this.#key === undefined) throw new Error('the issuer is not open');
    return this.#key;
  }

  sign = (claims: Claims): Promise<string> => {
    const { kid, private: own } = this.key;
    return sign(claims, { ...own, kid, alg: 'ES256' } as Parameters<typeof sign>[1], 'ES256');
  };

  /** Returns a code for a request for authorization. */
  async grant(to: URL, { claims = {}, forge = this.sign }: SignInOptions = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const right = {
      iss: this.issuer,
      sub: crypto.randomUUID(),
      aud: this.client_id,
      exp: now + 300,
      iat: now,
      nonce: to.searchParams.get('nonce'),
      email: newAddress(),
      email_verified: true,
      name: 'Grace Hopper',
      ...claims,
    };
    const code = `code-${crypto.randomUUID()}`;
    await this.#answer(code, 200, { id_token: await forge(right), access_token: 'unused' });
    return code;
  }

  /** A code is used up. */
  use = (code: string) => this.#answer(code, 400, { error: 'invalid_grant' });

  async #answer(code: string, status: number, body: object): Promise<void> {
    this.#tokens[code] = { status, body: JSON.stringify(body) };
    await this.site.answers('/token', { status: 400, body: '{}', byBody: this.#tokens });
  }
}

/** A browser that follows redirects by hand and keeps cookies. */
export class OidcBrowser {
  readonly cookies = new Map<string, string>();
  readonly bindings: Bindings;

  constructor(bindings: Bindings) {
    this.bindings = bindings;
  }

  get = (path: string, more: Record<string, string> = {}): Promise<Response> =>
    this.#fetch(path, { headers: more });

  /** Calls the API as a page of the deployment does. */
  async send(method: string, path: string, json?: unknown): Promise<Answer> {
    const headers = { origin, 'content-type': 'application/json' };
    const body = json === undefined ? null : JSON.stringify(json);
    return toAnswer(await this.#fetch(`/api/v1${path}`, { method, headers, body }));
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const url = path.startsWith('http') ? path : `${origin}${path}`;
    const request = new Request(url, { ...init, redirect: 'manual' });
    request.headers.set('cookie', cookie);
    const execution = createExecutionContext();
    const response = await app.fetch(request, { ...env, ...this.bindings } as Env, execution);
    await waitOnExecutionContext(execution);
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Starts a sign-in; returns the address to which the browser is sent. */
  async start(id = 'acme', next?: string, headers: Record<string, string> = {}): Promise<URL> {
    const query = next === undefined ? '' : `?next=${encodeURIComponent(next)}`;
    const response = await this.get(`/auth/oidc/${id}${query}`, headers);
    return new URL(response.headers.get('location') ?? '');
  }

  /** Comes back with a code; returns where it leads. */
  async comeBack(to: URL, code: string, more: Record<string, string> = {}): Promise<string> {
    const state = to.searchParams.get('state') ?? '';
    const query = new URLSearchParams({ code, state, ...more });
    const callback = to.searchParams.get('redirect_uri') ?? '';
    return (await this.get(`${callback}?${query}`)).headers.get('location') ?? '';
  }

  /** Signs in; returns where it leads. */
  async signIn(issuer: Issuer, options: SignInOptions = {}): Promise<string> {
    const to = await this.start(issuer.id);
    return this.comeBack(to, await issuer.grant(to, options));
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  async me(): Promise<any> {
    const response = await this.get('/api/v1/me');
    return response.ok ? response.json() : null;
  }
}
