/** Hosts are `<id>.mcp.…`, `<id>.as.…` and `<id>.tokens.…`. */
export const oauthDomain = 'oauth.example.com';

/** How an authorization server and its MCP server behave; each option is an oddity of real ones. */
export interface OAuthOptions {
  /** Where the metadata of the MCP server is: named in the challenge, at its well-known addresses, or nowhere. */
  readonly resource_metadata?: 'challenge' | 'path' | 'root' | 'none';
  /** The `resource` of that metadata, in place of the URL of the server. */
  readonly resource?: string;
  /** Scopes in `WWW-Authenticate`. */
  readonly challenge_scope?: string;
  readonly scopes_supported?: readonly string[];
  /** A scope that the server asks for when a tool is called (403). */
  readonly insufficient_scope?: string;
  /** Path of the issuer, such as `/tenant`. */
  readonly path?: string;
  /** The form of its metadata: RFC 8414, or OpenID Connect before or behind the path. */
  readonly metadata?: 'oauth' | 'openid' | 'openid_appended' | 'none';
  /** The `issuer` of the metadata, in place of its own. */
  readonly issuer?: string;
  /** Further or other members of the metadata. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly registration?: 'public' | 'confidential' | 'refused' | 'none';
  /** The token endpoint is on another host. */
  readonly token_host?: boolean;
  /** `expires_in` as it is sent; null to leave it out. */
  readonly expires_in?: number | string | null;
  readonly refresh?: 'rotated' | 'kept' | 'none';
  readonly token_type?: string;
  /** `iss` of the redirect: its own by default. */
  readonly iss?: string | null;
  /** The person refuses. */
  readonly denies?: string;
  /** Responses in place of those of an endpoint, by path. */
  readonly replies?: Readonly<Record<string, { readonly status: number; readonly body: string }>>;
  /** Milliseconds that the token endpoint takes. */
  readonly token_delay_ms?: number;
  /** Clients that were registered beforehand. */
  readonly clients?: Readonly<Record<string, string | null>>;
}

/** A request to one of the endpoints, as a test reads it. */
export interface OAuthCall {
  readonly host: 'mcp' | 'as' | 'tokens';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly status: number;
}
