import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  emptyScreens,
  open,
  pathOf,
  type Screen,
  screens,
} from '../../../scripts/console-sample/screens.ts';
import {
  goTo,
  inspect,
  loadAxe,
  measureContrast,
  moved,
  overflow,
  planted,
  read,
  tabThrough,
  unkept,
  untilShown,
  watchLayout,
} from './screen-checks.ts';
import { openShowroom, type Showroom } from './showroom.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

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
    await watchLayout(stage.page);
    stage.complaints();
  });
  afterAll(() => stage?.close());

  const shown = (all: readonly Screen[]) => all.filter(({ route }) => areas.test(route));
  describe('every screen, filled with texts of people with bad intentions', () => {
    it.each(shown(screens))('$name ($route)', async (screen) => {
      try {
        expect([...(await visit(stage, screen)), ...stage.complaints()]).toEqual([]);
      } finally {
        // An open dialog lets nothing else be reached.
        await stage.page.keyboard.press('Escape');
      }
    });
  });

  describe('every screen that a new workspace leaves empty', () => {
    let fresh: ConsoleStage;
    beforeAll(async () => {
      fresh = await openConsole();
      await loadAxe(fresh.page);
      await watchLayout(fresh.page);
    });
    afterAll(() => fresh?.close());
    it.each(shown(emptyScreens).filter(isBare))('$name', async (screen) => {
      const { page, url, workspace_id } = fresh;
      await goTo(page, `${url}/console/${workspace_id}${pathOf(screen, {})}`);
      await untilShown(page);
      const found = [...(await moved(page)), ...(await inspect(page)), ...(await read(page))];
      found.push(...(await tabThrough(page)));
      await page.setViewportSize({ width: 380, height: 760 });
      found.push(...(await overflow(page)));
      await page.setViewportSize({ width: 1280, height: 800 });
      expect(found).toEqual([]);
    });
  });
}

/** Forms, and settings that every workspace has, are no other when it is new. */
const isBare = ({ route, query }: Screen): boolean =>
  query === undefined &&
  !/\/(?:new|import|account|settings|members|providers|search|limits|audit)$/.test(
    route.replace('/new/architect', '/new'),
  );

/** Returns what is wrong with a screen, in both colours and on a phone. */
async function visit({ page, root, things }: Showroom, screen: Screen): Promise<string[]> {
  await goTo(page, root + pathOf(screen, things));
  await untilShown(page);
  if (screen.opens !== undefined) {
    await open(page, screen);
    await untilShown(page);
  }
  const found = [
    ...(await moved(page)),
    ...(await inspect(page)),
    ...(await read(page)),
    ...(await planted(page)),
  ];
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await measureContrast(page)), ...(await tabThrough(page)));
  await page.setViewportSize({ width: 380, height: 760 });
  found.push(...(await overflow(page)), ...(await planted(page)), ...(await unkept(page)));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  return [...new Set(found)];
}
