import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, pathOf, type Screen, screens } from '../../../scripts/console-sample/screens.ts';
import {
  inspect,
  loadAxe,
  measureContrast,
  overflow,
  planted,
  read,
  tabThrough,
  unkept,
  untilShown,
} from './screen-checks.ts';
import { openShowroom, type Showroom } from './showroom.ts';

/** The areas in two halves of about the same length, so that two workers share the time. */
export const halves = {
  first: /^\/(?:agents|knowledge|tools|sessions|inbox|approvals)(?:\/|$)/,
  second: /^\/(?!(?:agents|knowledge|tools|sessions|inbox|approvals)(?:\/|$))/,
};

/** Visits the screens of some areas, without loading the page again, which each area's own tests do. */
export function visitAll(areas: RegExp): void {
  let stage: Showroom;
  beforeAll(async () => {
    stage = await openShowroom();
    await stage.page.goto(stage.root);
    await loadAxe(stage.page);
    stage.complaints();
  });
  afterAll(() => stage?.close());

  describe('every screen, filled with texts of people with bad intentions', () => {
    it.each(screens.filter(({ route }) => areas.test(route)))('$name ($route)', async (screen) => {
      try {
        expect([...(await visit(stage, screen)), ...stage.complaints()]).toEqual([]);
      } finally {
        // An open dialog lets nothing else be reached.
        await stage.page.keyboard.press('Escape');
      }
    });
  });
}

/** Returns what is wrong with a screen, in both colours and on a phone. */
async function visit({ page, root, things }: Showroom, screen: Screen): Promise<string[]> {
  const address = JSON.stringify(root + pathOf(screen, things));
  await page.evaluate(`history.pushState(null, '', ${address})`);
  await untilShown(page);
  if (screen.opens !== undefined) {
    await open(page, screen);
    await untilShown(page);
  }
  const found = [...(await inspect(page)), ...(await read(page)), ...(await planted(page))];
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await measureContrast(page)), ...(await tabThrough(page)));
  await page.setViewportSize({ width: 380, height: 760 });
  found.push(...(await overflow(page)), ...(await planted(page)), ...(await unkept(page)));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...new Set(found)];
}
