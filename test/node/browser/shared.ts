// One server, one scripted provider and one Chromium for all tests in a browser. The first file that asks starts them; they
// are stopped when all files have ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { freePort, startServer } from '../../../scripts/server.ts';
import { openState } from '../../../scripts/state.ts';
import { startProvider } from '../support/provider-process.ts';

/** Debian's package; `.ci/run` installs it. */
const executablePath = '/usr/bin/chromium';

const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The parts that a file connects to. */
export interface Shared {
  readonly url: string;
  readonly root_key: string;
  readonly provider: string;
  /** The endpoint of Playwright. */
  readonly browser: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers `GET /` with `Shared`, and `GET /lines` with what the server prints, as it prints it. */
    readonly shared: string;
  }
}

async function open(print: (line: string) => void) {
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-browser-'));
  const { root_key, encryption_keys } = openState(directory, undefined);
  const options = {
    ...{ port: await freePort(), directory, root_key, encryption_keys, onLine: print },
    vars: ['ALLOW_PRIVATE_NETWORK:true'],
  };
  const [provider, server, browser] = await Promise.all([
    startProvider(),
    startServer(options, new AbortController().signal),
    chromium.launchServer({ executablePath, args }),
  ]);
  const shared: Shared = {
    ...{ url: server.url, root_key, provider: provider.url, browser: browser.wsEndpoint() },
  };
  return {
    shared,
    close: async () => {
      await browser.close();
      provider.stop();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lines: string[] = [];
  const readers = new Set<ServerResponse>();
  const print = (line: string) => {
    lines.push(line);
    for (const reader of readers) reader.write(`${line}\n`);
  };
  let opened: ReturnType<typeof open> | undefined;
  const host = createServer((request, response) => {
    if (request.url === '/lines') {
      response.writeHead(200).write(`${lines.join('\n')}\n`);
      readers.add(response);
      request.on('close', () => readers.delete(response));
      return;
    }
    opened ??= open(print);
    opened.then(
      ({ shared }) => response.end(JSON.stringify(shared)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  project.provide('shared', `http://127.0.0.1:${(host.address() as AddressInfo).port}`);
  return async () => {
    host.close();
    host.closeAllConnections();
    await (await opened?.catch(() => undefined))?.close();
  };
}
