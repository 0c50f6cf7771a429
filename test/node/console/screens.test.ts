import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Furnished, furnish } from '../../../scripts/console-sample/furnish.ts';
import { pathOf, screens } from '../../../scripts/console-sample/screens.ts';
import { corpus } from './corpus.ts';
import {
  inspect,
  loadAxe,
  measureContrast,
  overflow,
  read,
  tabThrough,
  untilShown,
} from './screen-checks.ts';
import { breakReads, type Fault, faults, hurry } from './screen-faults.ts';
import { type ConsoleStage, openConsole } from './stage.ts';

let stage: ConsoleStage;
let furnished: Furnished;
let root: string;
const errors: string[] = [];
/** Requests to other hosts, and other pages that were opened. */
const foreign: string[] = [];
beforeAll(async () => {
  stage = await openConsole();
  root = `${stage.url}/console/${stage.workspace_id}`;
  furnished = await furnish(stage.api, corpus());
  stage.page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  stage.page.on('pageerror', ({ message }) => errors.push(message));
  stage.page.on('popup', (popup) => foreign.push(popup.url()));
  stage.page.on('request', (request) => {
    const url = request.url();
    if (!/^(?:blob|data):/.test(url) && !url.startsWith(stage.url)) foreign.push(url);
  });
});
afterAll(async () => {
  await furnished?.stop();
  await stage.close();
});

describe('every screen, filled with texts of people with bad intentions', () => {
  it.skip.each(screens)('$name ($route)', async (screen) => {
    const { page } = stage;
    await page.goto(root + pathOf(screen, furnished.things));
    await untilShown(page);
    if (screen.opens !== undefined) {
      await page.getByRole('button', { name: screen.opens }).first().click();
      await page.getByRole('dialog').waitFor();
      await untilShown(page);
    }
    await loadAxe(page);
    const found = [...(await inspect(page)), ...(await read(page))];
    await page.emulateMedia({ colorScheme: 'dark' });
    found.push(...(await measureContrast(page)), ...(await tabThrough(page)));
    await page.setViewportSize({ width: 380, height: 760 });
    found.push(...(await overflow(page)), ...(await read(page)));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    expect([...new Set(found)]).toEqual([]);
    expect(foreign.splice(0)).toEqual([]);
    expect(errors.splice(0)).toEqual([]);
  });
});

/** Each screen with one fault, and each area with all of them. */
const broken = screens
  .filter(({ opens }) => opens === undefined)
  .map((screen, index) => {
    const kinds = Object.keys(faults) as Fault[];
    return [kinds[index % kinds.length] as Fault, screen] as const;
  });

describe('every screen whose reads fail', () => {
  beforeAll(() => stage.page.addInitScript(hurry));

  it.each(broken)('says so after %s, and continues: $route', async (fault, screen) => {
    expect(await breakReads(stage.page, root + pathOf(screen, furnished.things), fault)).toEqual(
      [],
    );
  });
});
