// One server and one scripted provider for all files that need no other, and one Chromium for all tests in a browser. The first
// file that asks starts them; they are stopped when all files have ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { openClient } from '../../../scripts/client.ts';
import { type Furnished, furnish } from '../../../scripts/console-sample/furnish.ts';
import type { Things } from '../../../scripts/console-sample/screens.ts';
import { freePort, startServer } from '../../../scripts/server.ts';
import { openState } from '../../../scripts/state.ts';
import { corpus } from '../console/corpus.ts';
import { startProvider } from '../support/provider-process.ts';

/** Debian's package; `.ci/run` installs it. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export interface SharedServer {
  readonly url: string;
  readonly root_key: string;
  /** URL of the scripted provider. */
  readonly provider: string;
}

/** The parts that a test in a browser connects to. */
export interface Shared extends SharedServer {
  /** The endpoint of Playwright. */
  readonly browser: string;
}

/** A workspace with something on every screen of the console, which files only read. */
export interface Showroom {
  readonly id: string;
  readonly key: string;
  readonly things: Things;
}

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Answers `GET /server` with `SharedServer`, `GET /` with `Shared`, `GET /showroom` with `Showroom`, which the first that asks has filled, and `GET /lines`
     * with what the server prints, as it prints it.
     */
    readonly shared: string;
  }
}

async function openServer(print: (line: string) => void) {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-browser-'));
  const { root_key, encryption_keys } = openState(directory, undefined);
  const options = {
    ...{ port: await freePort(), directory, root_key, encryption_keys, onLine: print },
    vars: ['ALLOW_PRIVATE_NETWORK:true'],
  };
  const [provider, server] = await Promise.all([
    startProvider(),
    startServer(options, new AbortController().signal),
  ]);
  const shared: SharedServer = { url: server.url, root_key, provider: provider.url };
  return {
    shared,
    close: async () => {
      provider.stop();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Fills a workspace with texts of people with bad intentions. */
async function openShowroom({ url, root_key }: SharedServer) {
  const { workspace, api_key } = await openClient(url, root_key).call<{
    workspace: { id: string };
    api_key: { secret: string };
  }>('POST', '/workspaces', { json: { name: 'Showroom' } });
  const key = api_key.secret;
  const { things, stop }: Furnished = await furnish(openClient(url, key), corpus());
  const showroom: Showroom = { id: workspace.id, key, things };
  return { showroom, stop };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lines: string[] = [];
  const readers = new Set<ServerResponse>();
  const print = (line: string) => {
    lines.push(line);
    for (const reader of readers) reader.write(`${line}\n`);
  };
  let opened: ReturnType<typeof openServer> | undefined;
  let launched: ReturnType<typeof chromium.launchServer> | undefined;
  let furnished: ReturnType<typeof openShowroom> | undefined;
  const serve = async (): Promise<SharedServer> => {
    opened ??= openServer(print);
    return (await opened).shared;
  };
  const share = async (): Promise<Shared> => {
    launched ??= chromium.launchServer({ executablePath, args });
    const [server, browser] = await Promise.all([serve(), launched]);
    return { ...server, browser: browser.wsEndpoint() };
  };
  const show = async (): Promise<Showroom> => {
    furnished ??= serve().then(openShowroom);
    return (await furnished).showroom;
  };
  const host = createServer((request, response) => {
    if (request.url === '/lines') {
      response.writeHead(200).write(`${lines.join('\n')}\n`);
      readers.add(response);
      request.on('close', () => readers.delete(response));
      return;
    }
    const answers = { '/server': serve, '/showroom': show, '/': share };
    const answer = answers[request.url as keyof typeof answers];
    answer().then(
      (value) => response.end(JSON.stringify(value)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  project.provide('shared', `http://127.0.0.1:${(host.address() as AddressInfo).port}`);
  return async () => {
    host.close();
    host.closeAllConnections();
    await (await furnished?.catch(() => undefined))?.stop();
    await (await launched?.catch(() => undefined))?.close();
    await (await opened?.catch(() => undefined))?.close();
  };
}
