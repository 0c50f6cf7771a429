// npm run screenshots [-- FOLDER [PATTERN]]: pictures of the console's screens, light and dark, on a desktop and a phone, from a local
// server with the sample agent and a few conversations. Needs Chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { type Client, openClient } from './client.ts';
import { signInLink } from './demo-workspace.ts';
import { type SpawnedServer, spawnServer } from './spawned-server.ts';

const [folder = 'dist/screenshots', filter = ''] = process.argv.slice(2);
const wanted = new RegExp(filter);
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 380, height: 760 } };
const schemes = ['light', 'dark'] as const;

interface Named {
  readonly id: string;
}

/** Creates the things to photograph: some conversations, a failed one among them, a dataset, a budget and a key. */
async function furnish(api: Client) {
  const { data: agents } = await api.call<{ data: Named[] }>('GET', '/agents');
  const { data: bases } = await api.call<{ data: Named[] }>('GET', '/knowledge-bases');
  const [agent] = agents;
  const [base] = bases;
  if (agent === undefined || base === undefined) throw new Error('The sample is missing.');
  const files = await readFiles(api, base.id);
  const questions = ['How long does descaling take?', 'How long may open milk be kept?'];
  let session: Named | undefined;
  for (const [index, message] of questions.entries()) {
    session = await api.call<Named>('POST', `/agents/${agent.id}/sessions`, {
      json: { end_user_id: `guest-${index + 1}` },
    });
    const answer = await api.call<Named>('POST', `/sessions/${session.id}/messages`, {
      json: { message },
    });
    await api.call('PUT', `/messages/${answer.id}/feedback`, { json: { rating: 'up' } });
  }
  await api.call('POST', `/agents/${agent.id}/versions`, {
    json: {
      config: { instructions: 'You help the staff of a café. Answer in one sentence.' },
      change_summary: 'Shorter answers',
    },
  });
  await api.call('POST', '/datasets', { json: { name: 'Questions of the staff' } });
  await api.call('POST', '/budgets', {
    json: {
      name: 'All agents',
      scope: 'workspace',
      limit_usd: 20,
      period: 'month',
      action: 'block',
    },
  });
  const { data: runs } = await api.call<{ data: Named[] }>('GET', '/runs');
  return { agent, base, file: files[0], session, run: runs[0] };
}

/** Returns the files of a base once they were read. */
async function readFiles(api: Client, base: string): Promise<Named[]> {
  for (;;) {
    const { data } = await api.call<{ data: (Named & { status: string })[] }>(
      'GET',
      `/knowledge-bases/${base}/files`,
    );
    if (data.length > 0 && data.every(({ status }) => ['ready', 'failed'].includes(status)))
      return data;
    await wait(500);
  }
}

type Things = Awaited<ReturnType<typeof furnish>>;

/** Names and paths of the screens, below the workspace. */
const screensOf = ({ agent, base, file, session, run }: Things): Record<string, string> => ({
  agents: '/agents',
  'agents-new': '/agents/new',
  builder: `/agents/${agent.id}`,
  versions: `/agents/${agent.id}/versions`,
  knowledge: '/knowledge',
  base: `/knowledge/${base.id}`,
  file: `/knowledge/${base.id}/files/${file?.id}`,
  tools: '/tools',
  sessions: '/sessions',
  session: `/sessions/${session?.id}`,
  runs: '/sessions/runs',
  trace: `/sessions/runs/${run?.id}`,
  inbox: '/inbox',
  approvals: '/approvals',
  experiments: '/experiments',
  evaluation: '/evaluation',
  review: '/review',
  analytics: '/analytics',
  cost: '/cost',
  'settings-workspace': '/settings',
  'settings-members': '/settings/members',
  'settings-keys': '/settings/keys',
  'settings-providers': '/settings/providers',
  'settings-webhooks': '/settings/webhooks',
  'settings-audit': '/settings/audit',
  'settings-search': '/settings/search',
  'settings-end-users': '/settings/end-users',
  'settings-erasures': '/settings/end-users/erasures',
  'settings-sign-in': '/settings/end-users/issuers',
  'settings-share-links': '/settings/share-links',
  'settings-channels': '/settings/channels',
  'settings-limits': '/settings/limits',
  'settings-telemetry': '/settings/telemetry',
  'settings-exports': '/settings/exports',
  account: '/account',
});

/** Photographs each screen in one size and scheme. */
async function photograph(
  context: BrowserContext,
  root: string,
  screens: Readonly<Record<string, string>>,
  viewport: { readonly width: number; readonly height: number },
  suffix: string,
): Promise<void> {
  const page = await context.newPage();
  for (const [name, path] of Object.entries(screens)) {
    if (!wanted.test(name)) continue;
    await page.goto(root + path);
    await page.locator('h1').first().waitFor();
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

async function photographAll(server: SpawnedServer, browser: Browser): Promise<void> {
  const { url, workspace_id, root_key } = server;
  const screens = screensOf(await furnish(openClient(url, server.key)));
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(await signInLink(url, { root_key }, workspace_id));
  await page.waitForURL('**/console/**');
  const storageState = await first.storageState();
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ storageState, viewport, colorScheme });
      const root = `${url}/console/${workspace_id}`;
      await photograph(context, root, screens, viewport, `${size}-${colorScheme}`);
      await context.close();
    }
}

mkdirSync(resolve(folder), { recursive: true });
const state = mkdtempSync(join(tmpdir(), 'screenshots-'));
const server = await spawnServer(state);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
});
try {
  await photographAll(server, browser);
} finally {
  await browser.close();
  await server.stop();
  rmSync(state, { recursive: true, force: true });
}
