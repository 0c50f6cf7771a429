import { env } from 'cloudflare:workers';
import { newId } from '../../../src/shared/id.ts';
import { type Answer, request, type Workspace } from '../api.ts';
import { controlHost } from '../outbound-service.ts';
import type { OAuthCall, OAuthOptions } from './options.ts';

interface Control {
  readonly url: string;
  readonly issuer: string;
  readonly calls: readonly OAuthCall[];
}

/** An MCP server that needs a sign-in, with its authorization server. */
export class ProtectedServer {
  readonly id = crypto.randomUUID();

  /** Creates one with its own hosts. */
  static async start(options: OAuthOptions = {}): Promise<ProtectedServer> {
    const server = new ProtectedServer();
    await server.set(options);
    return server;
  }

  async #control(body: object): Promise<Control> {
    const response = await fetch(`https://${controlHost}/oauth`, {
      method: 'POST',
      body: JSON.stringify({ id: this.id, ...body }),
    });
    return response.json();
  }

  set(options: OAuthOptions): Promise<Control> {
    return this.#control({ options });
  }

  forget(what: 'access' | 'refresh' | 'clients'): Promise<Control> {
    return this.#control({ forget: what });
  }

  /** Requests so far; with a path, those to it. */
  async calls(path?: string): Promise<readonly OAuthCall[]> {
    const { calls } = await this.#control({});
    return path === undefined ? calls : calls.filter((call) => call.path === path);
  }

  async url(): Promise<string> {
    return (await this.#control({})).url;
  }
}

/** Opens the page of the authorization server as a browser does, and returns where it redirects to. */
export async function consent(url: string, login = 'alice'): Promise<string> {
  const page = new URL(url);
  page.searchParams.set('login', login);
  const response = await fetch(page, { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

/** Follows the redirect to the deployment. */
export function goBack(location: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { pathname, search } = new URL(location);
  return request('GET', `${pathname}${search}`, null, { headers });
}

/** Creates an MCP server in a workspace, without listing its tools. */
export async function newMcpServer(
  workspace: Workspace,
  url: string,
  auth: object,
): Promise<string> {
  void workspace;
  const id = newId('mcp');
  const rules = { include: null, exclude: [], effects: {}, trust_read_only: false };
  await env.DB.prepare(
    `insert into mcp_servers (id, workspace_id, name, url, auth, credentials, tools, timeout_ms, max_bytes, revision, status, refused, created_at, updated_at)
     values (?, ?, ?, ?, ?, '{}', ?, 10000, 100000, 1, 'auth_required', '[]', 0, 0)`,
  )
    .bind(
      id,
      workspace.id,
      `server_${id.slice(-6)}`,
      url,
      JSON.stringify(auth),
      JSON.stringify(rules),
    )
    .run();
  return id;
}
