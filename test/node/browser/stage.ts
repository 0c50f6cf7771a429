import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Client, openClient } from '../../../scripts/client.ts';
import { openWorkspace, signInLink } from '../../../scripts/demo-workspace.ts';
import { freePort, startServer } from '../../../scripts/server.ts';
import { openState } from '../../../scripts/state.ts';
import { playScript } from '../../support/provider/client.ts';
import type { Round } from '../../support/provider/script.ts';
import { startProvider } from '../support/provider-process.ts';

/** Debian's package; `.ci/run` installs it. */
const executablePath = '/usr/bin/chromium';

const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A server, a site of a third party on another origin, and a browser. */
export interface Stage {
  readonly url: string;
  readonly site: string;
  readonly key: string;
  /** The output of the server so far, mail included. */
  readonly lines: readonly string[];
  readonly api: Client;
  readonly workspace_id: string;
  /** Serves a page of the third party, with the policy it sets for itself. */
  serve(path: string, html: string, policy?: string): string;
  /** Creates an agent whose model follows the rounds. */
  agent(rounds: readonly Round[], config?: object): Promise<{ id: string; base_id: string }>;
  /** Creates a link to an agent; its URL. */
  link(agent: string, fields?: object): Promise<string>;
  /** The same in a workspace of its own, so that tests do not exchange each other's model. */
  apart(): Promise<Pick<Stage, 'key' | 'api' | 'agent' | 'link'>>;
  /** Opens a page that records what it requests, and what it breaks. */
  page(options?: Parameters<Browser['newPage']>[0]): Promise<Watched>;
  /** Returns a link that signs in as an owner of the workspace, once, and leads to the console. */
  signIn(): Promise<string>;
  close(): Promise<void>;
}

export interface Watched {
  readonly page: Page;
  readonly requests: string[];
  /** Violations of the policy, errors of scripts and dialogs. */
  readonly faults: string[];
}

export async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-browser-'));
  const state = openState(directory, undefined);
  const { root_key, encryption_keys } = state;
  const lines: string[] = [];
  const options = {
    ...{ port: await freePort(), directory, root_key, encryption_keys },
    ...{ vars: ['ALLOW_PRIVATE_NETWORK:true'], onLine: (line: string) => lines.push(line) },
  };
  const [provider, server, browser, site] = await Promise.all([
    startProvider(),
    startServer(options, new AbortController().signal),
    chromium.launch({ executablePath, args }),
    openSite(),
  ]);
  const { key, workspace_id } = await openWorkspace(server.url, directory, state);
  const inWorkspace = (own: string) => workspaceOf(openClient(server.url, own), provider.url);
  return {
    ...{ url: server.url, site: site.origin, lines, workspace_id, serve: site.serve },
    signIn: () => signInLink(server.url, state, workspace_id),
    ...inWorkspace(key),
    apart: async () => {
      const root = openClient(server.url, root_key);
      const json = { name: crypto.randomUUID() };
      const made = await root.call<{ api_key: { secret: string } }>('POST', '/workspaces', {
        json,
      });
      return inWorkspace(made.api_key.secret);
    },
    page: async (context = {}) => watch(await browser.newPage(context)),
    close: async () => {
      await browser.close();
      site.server.close();
      provider.stop();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Creates agents and links in the workspace of a client. */
function workspaceOf(api: Client, provider: string): Pick<Stage, 'key' | 'api' | 'agent' | 'link'> {
  return {
    ...{ key: api.key, api },
    agent: async (rounds, config = {}) => {
      const scripted = await playScript({ rounds, repeat: true }, provider);
      const { compatible: base_url } = scripted.base_url;
      await api.call('PUT', '/providers/openai-compatible', {
        json: { base_url, api_key: scripted.api_key },
      });
      const model = 'openai-compatible/scripted';
      const fields = {
        name: crypto.randomUUID(),
        config: { instructions: 'Help.', model, ...config },
      };
      return api.call('POST', '/agents', { json: fields });
    },
    link: async (agent, fields = {}) => {
      const json = { name: 'Browser', title: 'Coffee help', allowed_origins: ['*'], ...fields };
      const made = await api.call<{ url: string }>('POST', `/agents/${agent}/share-links`, {
        json,
      });
      return made.url;
    },
  };
}

async function watch(page: Page): Promise<Watched> {
  const requests: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.setDefaultTimeout(30_000);
  return { page, requests, faults };
}

async function openSite(): Promise<{
  readonly server: Server;
  readonly origin: string;
  readonly serve: Stage['serve'];
}> {
  const pages = new Map<string, { readonly html: string; readonly policy: string }>();
  const server = createServer((request, response) => {
    const page = pages.get(request.url ?? '');
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    response.writeHead(page === undefined ? 404 : 200, {
      ...headers,
      ...(page === undefined || page.policy === ''
        ? {}
        : { 'content-security-policy': page.policy }),
    });
    response.end(page?.html ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const serve: Stage['serve'] = (path, html, policy = '') => {
    pages.set(path, { html, policy });
    return origin + path;
  };
  return { server, origin, serve };
}
