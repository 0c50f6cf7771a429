import { env } from 'cloudflare:workers';
import { newId } from '../../../src/shared/id.ts';
import { type Answer, request, type Workspace } from '../api.ts';
import { controlHost } from '../outbound-service.ts';
import { type OAuthCall, type OAuthOptions, oauthDomain } from './options.ts';

interface Control {
  readonly calls: readonly OAuthCall[];
}

/** An MCP server that needs a sign-in, with its authorization server. */
export class ProtectedServer {
  readonly id = crypto.randomUUID();
  readonly url = `https://${this.id}.mcp.${oauthDomain}/mcp`;

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

/** Adds the server to a workspace and returns its id. */
export async function newMcpServer(
  workspace: Workspace,
  url: string,
  auth: object,
  more: object = {},
): Promise<string> {
  const name = `server_${crypto.randomUUID().slice(0, 8).replaceAll('-', '')}`;
  const { status, body } = await workspace.post('/tools/mcp', { name, url, auth, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

/** Signs in at the page that the deployment returns. */
export async function signIn(
  workspace: Workspace,
  server_id: string,
  body: object = {},
  login?: string,
): Promise<void> {
  const started = await workspace.post(`/tools/mcp/${server_id}/authorizations`, body);
  if (started.status !== 201) throw new Error(JSON.stringify(started.body));
  const back = await goBack(await consent(started.body.url, login));
  if (back.status !== 200) throw new Error(String(back.body));
}

/** Stores the authorization of an end user at a server, as if it had been signed in to. */
export async function newAuthorization(workspace: Workspace, server_id: string): Promise<string> {
  const id = newId('mca');
  await env.DB.prepare(
    `insert into mcp_authorizations (id, workspace_id, server_id, end_user_id, status, created_at, updated_at)
     values (?, ?, ?, ?, 'active', 0, 0)`,
  )
    .bind(id, workspace.id, server_id, `user-${crypto.randomUUID()}`)
    .run();
  return id;
}
