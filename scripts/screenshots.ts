// npm run screenshots [-- FOLDER [PATTERN]]: pictures of all screens of the console, light and dark, on a desktop and a phone, from a
// local server with a filled workspace and an empty one. Needs Chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
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

/** Photographs a screen in all sizes and schemes. */
async function photograph(page: Page, address: string, screen: Screen): Promise<void> {
  await page.setViewportSize(sizes.desktop);
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await open(page, screen);
  // Until nothing is loaded any more; screens that look for news do so seldom.
  await page.waitForLoadState('networkidle');
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    // The whole page as one window: parts that stay in view reach its end, and charts are drawn once.
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    await page.setViewportSize({ ...viewport, height: Math.max(viewport.height, height) });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page
        .locator('#content .spinner, [role=dialog] .spinner')
        .first()
        .waitFor({ state: 'detached' });
      const name = `${screen.name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, name) });
      console.log(name);
    }
  }
}

/** Photographs screens of a workspace, several at a time. */
async function photographAll(
  { url, root_key }: SpawnedServer,
  browser: Browser,
  workspace_id: string,
  screens: readonly Screen[],
  things: Things,
): Promise<void> {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const first = await context.newPage();
  await first.goto(await signInLink(url, { root_key }, workspace_id));
  await first.waitForURL('**/console/**');
  await first.close();
  const root = `${url}/console/${workspace_id}`;
  const left = screens.filter(({ name }) => wanted.test(name));
  const lane = async () => {
    const page = await context.newPage();
    for (let next = left.shift(); next !== undefined; next = left.shift())
      await photograph(page, root + pathOf(next, things), next);
  };
  await Promise.all([lane(), lane(), lane()]);
  await context.close();
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
  await photographAll(server, browser, full.id, screens, things).finally(stop);
  const empty = await openWorkspace(server, 'New');
  await photographAll(server, browser, empty.id, emptyScreens, things);
} finally {
  await browser.close();
  await server.stop();
  rmSync(state, { recursive: true, force: true });
}
