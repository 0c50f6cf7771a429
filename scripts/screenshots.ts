// npm run screenshots [-- FOLDER [PATTERN]]: pictures of all screens of the console, light and dark, on a desktop and a phone, from a
// local server with a filled workspace and an empty one. Needs Chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { openClient } from './client.ts';
import { furnish } from './console-sample/furnish.ts';
import { plainly } from './console-sample/say.ts';
import {
  emptyScreens,
  open,
  pathOf,
  type Screen,
  screens,
  type Things,
} from './console-sample/screens.ts';
import { signInLink } from './demo-workspace.ts';
import { type SpawnedServer, spawnServer } from './spawned-server.ts';

const [folder = 'dist/screenshots', filter = ''] = process.argv.slice(2);
const wanted = new RegExp(filter);
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 380, height: 760 } };
const schemes = ['light', 'dark'] as const;

/** Photographs each screen in one size and scheme. */
async function photograph(
  context: BrowserContext,
  root: string,
  { screens, things }: Shown,
  viewport: { readonly width: number; readonly height: number },
  suffix: string,
): Promise<void> {
  const page = await context.newPage();
  for (const screen of screens) {
    const { name } = screen;
    if (!wanted.test(name)) continue;
    await page.goto(root + pathOf(screen, things));
    await page.locator('h1').first().waitFor();
    await open(page, screen);
    // Until nothing is loaded any more; screens that look for news do so seldom.
    await page.waitForLoadState('networkidle');
    // The whole page as one window: parts that stay in view reach its end, and charts are drawn once.
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    await page.setViewportSize({
      width: viewport.width,
      height: Math.max(viewport.height, height),
    });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) });
    await page.setViewportSize(viewport);
    console.log(`${name}-${suffix}.png`);
  }
  await page.close();
}

interface Shown {
  readonly screens: readonly Screen[];
  readonly things: Things;
}

/** Photographs screens of a workspace in all sizes and schemes. */
async function photographAll(
  { url, root_key }: SpawnedServer,
  browser: Browser,
  workspace_id: string,
  shown: Shown,
): Promise<void> {
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(await signInLink(url, { root_key }, workspace_id));
  await page.waitForURL('**/console/**');
  const storageState = await first.storageState();
  await first.close();
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ storageState, viewport, colorScheme });
      const root = `${url}/console/${workspace_id}`;
      await photograph(context, root, shown, viewport, `${size}-${colorScheme}`);
      await context.close();
    }
}

/** Returns a new workspace. */
async function openWorkspace({ url, root_key }: SpawnedServer, name: string) {
  const { workspace, api_key } = await openClient(url, root_key).call<{
    workspace: { id: string };
    api_key: { secret: string };
  }>('POST', '/workspaces', { json: { name } });
  return { id: workspace.id, api: openClient(url, api_key.secret) };
}

mkdirSync(resolve(folder), { recursive: true });
const state = mkdtempSync(join(tmpdir(), 'screenshots-'));
const server = await spawnServer(state, ['--var', 'ALLOW_PRIVATE_NETWORK:true']);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
try {
  const full = await openWorkspace(server, 'Café');
  const { things, stop } = await furnish(full.api, plainly);
  await photographAll(server, browser, full.id, { screens, things }).finally(stop);
  const empty = await openWorkspace(server, 'New');
  await photographAll(server, browser, empty.id, { screens: emptyScreens, things });
} finally {
  await browser.close();
  await server.stop();
  rmSync(state, { recursive: true, force: true });
}
