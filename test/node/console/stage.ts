import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { violations } from '../browser/axe.ts';
import { openStage, type Place, type Stage, type Watched } from '../browser/stage.ts';

/** A server, a browser, and an owner who is signed in to the console. */
export interface ConsoleStage extends Omit<Stage, 'page'> {
  readonly page: Page;
  /** Opens a screen by its path below the workspace, such as `/agents`, and waits for its heading. */
  show(path: string, heading: string | RegExp): Promise<void>;
  /** Fails if axe finds a violation, or if the policy of the page was broken, or if another host received a request. */
  check(): Promise<void>;
}

export async function openConsole(
  options: Parameters<Stage['page']>[0] = {},
  place?: Place,
): Promise<ConsoleStage> {
  const stage = await openStage(place);
  const { page, requests, faults }: Watched = await stage.page({
    // A part that fades lacks contrast for a moment.
    ...{ locale: 'en-GB', reducedMotion: 'reduce', ...options },
  });
  await page.goto(await stage.signIn());
  await page.waitForURL(`**/console/${stage.workspace_id}/**`);
  return {
    ...stage,
    page,
    show: async (path, heading) => {
      await page.goto(`${stage.url}/console/${stage.workspace_id}${path}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    },
    check: async () => {
      await page.locator('h1').first().waitFor();
      expect(await violations(page)).toEqual([]);
      expect(faults).toEqual([]);
      const foreign = requests.filter(
        (one) => !/^(?:blob|data):/.test(one) && !one.startsWith(stage.url),
      );
      expect(foreign).toEqual([]);
    },
  };
}
