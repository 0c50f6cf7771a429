import { createHash, randomUUID } from 'node:crypto';
import { handleMcp } from './mcp-endpoint.ts';
import { type OAuthCall, type OAuthOptions, oauthDomain } from './options.ts';

interface Grant {
  readonly client_id: string;
  readonly subject: string;
  readonly scope: string;
  readonly resource: string;
}

interface Code extends Grant {
  readonly redirect_uri: string;
  readonly challenge: string;
}

/** One MCP server with its authorization server. */
export class OAuthWorld {
  options: OAuthOptions = {};
  readonly calls: OAuthCall[] = [];
  readonly #host: (name: OAuthCall['host']) => string;
  readonly #clients = new Map<string, string | null>();
  readonly #codes = new Map<string, Code>();
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();

  /** `host` returns the origin of each of its hosts, which may be one. */
  constructor(host: (name: OAuthCall['host']) => string) {
    this.#host = host;
  }

  get mcpUrl(): string {
    return `${this.#host('mcp')}/mcp`;
  }

  get issuer(): string {
    return `${this.#host('as')}${this.options.path ?? ''}`;
  }

  async handle(host: OAuthCall['host'], request: Request): Promise<Response> {
    const url = new URL(request.url);
    const text = await request.text();
    const isForm = request.headers.get('content-type')?.includes('urlencoded') ?? false;
    const fields = Object.fromEntries(isForm ? new URLSearchParams(text) : url.searchParams);
    const response = await this.#answer(host, url, request, fields, text);
    this.calls.push({
      ...{ host, method: request.method, path: url.pathname, fields, status: response.status },
      headers: Object.fromEntries(request.headers),
    });
    return response;
  }

  #answer(
    host: OAuthCall['host'],
    url: URL,
    request: Request,
    fields: Readonly<Record<string, string>>,
    text: string,
  ): Response | Promise<Response> {
    const { pathname } = url;
    const reply = this.options.replies?.[pathname];
    if (reply !== undefined) return new Response(reply.body, { status: reply.status });
    if (host === 'mcp' && pathname === '/mcp') return this.#mcp(request, text);
    if (pathname.includes('/oauth-protected-resource')) return this.#resource(pathname);
    if (pathname.includes('/.well-known/')) return this.#metadata(pathname);
    if (pathname.endsWith('/authorize')) return this.#authorize(fields);
    if (pathname.endsWith('/token')) return this.#token(request, fields);
    if (pathname.endsWith('/register')) return this.#register(JSON.parse(text));
    if (pathname.endsWith('/revoke')) return this.#revoke(fields);
    return new Response('Not found', { status: 404 });
  }

  #mcp(request: Request, text: string): Response {
    const token = request.headers.get('authorization')?.replace(/^Bearer /i, '') ?? '';
    const grant = this.#access.get(token);
    const { insufficient_scope: scope } = this.options;
    if (grant !== undefined && scope !== undefined && text.includes('tools/call'))
      return new Response('Forbidden', {
        status: 403,
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      });
    if (grant !== undefined && grant.resource === this.#resourceId())
      return handleMcp(request, text, grant.subject);
    const { resource_metadata = 'challenge', challenge_scope } = this.options;
    const where = `${this.#host('mcp')}/anywhere/oauth-protected-resource`;
    const params = [
      ...(token === '' ? [] : ['error="invalid_token"']),
      ...(resource_metadata === 'challenge' ? [`resource_metadata="${where}"`] : []),
      ...(challenge_scope === undefined ? [] : [`scope="${challenge_scope}"`]),
    ];
    const challenge = params.length === 0 ? 'Bearer realm="mcp"' : `Bearer ${params.join(', ')}`;
    return new Response('Unauthorized', {
      status: 401,
      headers: { 'www-authenticate': challenge },
    });
  }

  #resourceId = () => this.options.resource ?? this.mcpUrl;

  #resource(pathname: string): Response {
    const places = {
      challenge: '/anywhere/oauth-protected-resource',
      path: '/.well-known/oauth-protected-resource/mcp',
      root: '/.well-known/oauth-protected-resource',
      none: '',
    };
    if (places[this.options.resource_metadata ?? 'challenge'] !== pathname)
      return new Response('<h1>Not found</h1>', { status: 404 });
    const { scopes_supported } = this.options;
    return Response.json({
      resource: this.#resourceId(),
      authorization_servers: [this.issuer],
      ...(scopes_supported === undefined ? {} : { scopes_supported }),
    });
  }

  #metadata(pathname: string): Response {
    const {
      path = '',
      metadata = 'oauth',
      issuer,
      members,
      token_host,
      registration,
    } = this.options;
    const places = {
      oauth: `/.well-known/oauth-authorization-server${path}`,
      openid: `/.well-known/openid-configuration${path}`,
      openid_appended: `${path}/.well-known/openid-configuration`,
      none: '',
    };
    if (places[metadata] !== pathname) return new Response('Not found', { status: 404 });
    const own = this.issuer;
    return Response.json({
      issuer: issuer ?? own,
      authorization_endpoint: `${own}/authorize`,
      token_endpoint: `${token_host === true ? this.#host('tokens') : own}/token`,
      revocation_endpoint: `${own}/revoke`,
      ...(registration === 'none' ? {} : { registration_endpoint: `${own}/register` }),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...(metadata === 'oauth'
        ? {}
        : {
            jwks_uri: `${own}/keys`,
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
          }),
      ...members,
    });
  }

  #register(metadata: Record<string, unknown>): Response {
    const { registration = 'public' } = this.options;
    if (registration === 'refused')
      return Response.json({ error: 'invalid_client_metadata' }, { status: 400 });
    const client_id = randomUUID();
    const secret = registration === 'confidential' ? `secret-${randomUUID()}` : null;
    this.#clients.set(client_id, secret);
    const about =
      secret === null
        ? { token_endpoint_auth_method: 'none' }
        : {
            client_secret: secret,
            client_secret_expires_at: 0,
            token_endpoint_auth_method: 'client_secret_basic',
          };
    return Response.json({ ...metadata, client_id, ...about }, { status: 201 });
  }

  #authorize(fields: Readonly<Record<string, string>>): Response {
    const { state = '', redirect_uri = '', client_id = '', login = 'alice' } = fields;
    const { iss = this.issuer, denies } = this.options;
    const to = new URL(redirect_uri);
    to.searchParams.set('state', state);
    if (iss !== null) to.searchParams.set('iss', iss);
    if (denies === undefined) {
      const code = `code-${randomUUID()}`;
      this.#codes.set(code, {
        ...{ client_id, subject: login, redirect_uri, scope: fields.scope ?? '' },
        ...{ challenge: fields.code_challenge ?? '', resource: fields.resource ?? '' },
      });
      to.searchParams.set('code', code);
      // As Google and Keycloak do.
      to.searchParams.set('session_state', randomUUID());
    } else to.searchParams.set('error', denies);
    return new Response(null, { status: 302, headers: { location: to.href } });
  }

  async #token(request: Request, fields: Readonly<Record<string, string>>): Promise<Response> {
    await new Promise((resolve) => setTimeout(resolve, this.options.token_delay_ms ?? 0));
    const client_id = this.#clientOf(request, fields);
    if (client_id === null) return refused('invalid_client', 401);
    if (fields.grant_type === 'client_credentials')
      return this.#issue({
        ...{ client_id, subject: client_id, scope: fields.scope ?? '' },
        resource: fields.resource ?? '',
      });
    if (fields.grant_type === 'refresh_token') return this.#renew(client_id, fields);
    const code = this.#codes.get(fields.code ?? '');
    this.#codes.delete(fields.code ?? '');
    const challenge = createHash('sha256')
      .update(fields.code_verifier ?? '')
      .digest('base64url');
    const isValid =
      code !== undefined &&
      code.client_id === client_id &&
      code.challenge === challenge &&
      code.redirect_uri === fields.redirect_uri &&
      code.resource === fields.resource;
    return isValid ? this.#issue(code) : refused('invalid_grant');
  }

  #renew(client_id: string, { refresh_token = '' }: Readonly<Record<string, string>>): Response {
    const grant = this.#refresh.get(refresh_token);
    if (grant === undefined || grant.client_id !== client_id) return refused('invalid_grant');
    const { refresh = 'rotated' } = this.options;
    if (refresh === 'rotated') this.#refresh.delete(refresh_token);
    return this.#issue(grant);
  }

  #clientOf(request: Request, fields: Readonly<Record<string, string>>): string | null {
    const basic = request.headers.get('authorization')?.replace(/^Basic /i, '');
    const [id = '', secret = null] =
      basic === undefined
        ? [fields.client_id, fields.client_secret ?? null]
        : Buffer.from(basic, 'base64').toString().split(':');
    const given = this.options.clients?.[id];
    // A client may be the address of its metadata document.
    const expected = given === undefined ? this.#clients.get(id) : given;
    if (expected === undefined && !id.startsWith('https://')) return null;
    return (expected ?? null) === secret ? id : null;
  }

  #issue(grant: Grant): Response {
    const { expires_in = 3600, refresh = 'rotated', token_type = 'Bearer' } = this.options;
    const access_token = `access-${randomUUID()}`;
    const refresh_token = `refresh-${randomUUID()}`;
    this.#access.set(access_token, grant);
    if (refresh !== 'none') this.#refresh.set(refresh_token, grant);
    const isRepeated = refresh === 'kept' && this.#refresh.size > 1;
    return Response.json({
      ...{ access_token, token_type },
      ...(expires_in === null ? {} : { expires_in }),
      ...(refresh === 'none' || isRepeated ? {} : { refresh_token }),
      ...(grant.scope === '' ? {} : { scope: grant.scope }),
    });
  }

  #revoke({ token = '' }: Readonly<Record<string, string>>): Response {
    this.#access.delete(token);
    this.#refresh.delete(token);
    return new Response(null, { status: 200 });
  }

  /** Ends all access tokens, as a server does that restarts. */
  forget(what: 'access' | 'refresh' | 'clients'): void {
    ({ access: this.#access, refresh: this.#refresh, clients: this.#clients })[what].clear();
  }
}

const refused = (error: string, status = 400) =>
  Response.json({ error, error_description: 'secret-of-the-description' }, { status });

const worlds = new Map<string, OAuthWorld>();

const worldOf = (id: string): OAuthWorld => {
  const known = worlds.get(id) ?? new OAuthWorld((name) => `https://${id}.${name}.${oauthDomain}`);
  worlds.set(id, known);
  return known;
};

/** Answers requests to the hosts of the fakes; null for another host. */
export function handleOAuth(request: Request): Promise<Response> | null {
  const { hostname } = new URL(request.url);
  if (!hostname.endsWith(`.${oauthDomain}`)) return null;
  const [id = '', host] = hostname.split('.');
  return worldOf(id).handle(host as OAuthCall['host'], request);
}

/** Sets options, ends tokens, and returns the requests so far. */
export function controlOAuth(body: {
  readonly id: string;
  readonly options?: OAuthOptions;
  readonly forget?: 'access' | 'refresh' | 'clients';
}): Response {
  const world = worldOf(body.id);
  if (body.options !== undefined) world.options = { ...world.options, ...body.options };
  if (body.forget !== undefined) world.forget(body.forget);
  return Response.json({ calls: world.calls });
}
