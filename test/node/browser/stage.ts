import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { type Browser, chromium, type Download, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { type Client, openClient } from '../../../scripts/client.ts';
import { signInLink } from '../../../scripts/demo-workspace.ts';
import { playScript } from '../../support/provider/client.ts';
import type { Round } from '../../support/provider/script.ts';
import { askShared } from '../support/shared-server.ts';
import { follow } from './page-reports.ts';
import type { Shared, Showroom } from './shared.ts';

/** A workspace on the shared server, a site of a third party on another origin, and the shared browser. */
export interface Stage {
  readonly url: string;
  readonly site: string;
  readonly key: string;
  /** The output of the server so far, mail included; also of what other files do. */
  readonly lines: readonly string[];
  readonly api: Client;
  readonly workspace_id: string;
  /** Serves a page of the third party, with the policy it sets for itself. */
  serve(path: string, html: string, policy?: string): string;
  /** Creates an agent whose model follows the rounds. */
  agent(rounds: readonly Round[], config?: object): Promise<ScriptedAgent>;
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

interface ScriptedAgent {
  readonly id: string;
  readonly base_id: string;
  /** Continues the answers that a round holds. */
  release(): Promise<void>;
}

export interface Watched {
  readonly page: Page;
  readonly requests: string[];
  /** Violations of the policy, errors of scripts and dialogs. */
  readonly faults: string[];
}

/** A workspace that others use too. */
export interface Place {
  readonly id: string;
  readonly key: string;
}

/** Opens a stage in a workspace of its own, or in `place`. */
export async function openStage(place?: Place): Promise<Stage> {
  const { url, root_key, provider, browser: endpoint } = await askShared<Shared>('/');
  const [browser, site] = await Promise.all([chromium.connect(endpoint), openSite()]);
  const output = await followOutput();
  const openWorkspace = async () => {
    const made = await openClient(url, root_key).call<{
      workspace: { id: string };
      api_key: { secret: string };
    }>('POST', '/workspaces', { json: { name: crypto.randomUUID() } });
    const { id } = made.workspace;
    return { id, ...workspaceOf(openClient(url, made.api_key.secret), provider) };
  };
  const { id, ...workspace } =
    place === undefined
      ? await openWorkspace()
      : { id: place.id, ...workspaceOf(openClient(url, place.key), provider) };
  return {
    ...{ url, site: site.origin, lines: output.lines, workspace_id: id, serve: site.serve },
    signIn: () => signInLink(url, { root_key }, id, `owner-${id}@example.com`),
    ...workspace,
    apart: openWorkspace,
    page: async (context = {}) => watch(await browser.newPage(context)),
    close: async () => {
      output.stop();
      // The browser itself belongs to others too.
      await browser.close();
      site.server.close();
    },
  };
}

/** The workspace that is filled for all files. */
export const readShowroom = (): Promise<Showroom> => askShared('/showroom');

/** Collects what the server has printed and prints. */
async function followOutput() {
  const lines: string[] = [];
  const request = get(`${inject('shared')}/lines`);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // The error is the end that `stop` makes.
  createInterface({ input: response })
    .on('line', (line) => lines.push(line))
    .on('error', () => undefined);
  return { lines, stop: () => request.destroy() };
}

/** Reads what a page has saved. */
export const contentOf = async (download: Download): Promise<Buffer> =>
  buffer(await download.createReadStream());

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
      const made = await api.call<{ id: string; base_id: string }>('POST', '/agents', {
        json: fields,
      });
      return { ...made, release: scripted.release };
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
  follow(page);
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
  page.setDefaultTimeout(150_000);
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
