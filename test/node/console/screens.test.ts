import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Furnished, furnish } from '../../../scripts/console-sample/furnish.ts';
import { pathOf, type Screen, screens } from '../../../scripts/console-sample/screens.ts';
import { addressOf, answers, embed, send } from '../browser/chat.ts';
import { corpus } from './corpus.ts';
import { changeInTrouble, changes } from './lost-changes.ts';
import {
  inspect,
  loadAxe,
  measureContrast,
  overflow,
  planted,
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
  await stage.page.goto(root);
  await loadAxe(stage.page);
  stage.page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  stage.page.on('pageerror', ({ message }) => errors.push(message));
  stage.page.on('popup', (popup) => foreign.push(popup.url()));
  stage.page.on('request', (request) => {
    const url = request.url();
    if (!/^(?:blob|data):/.test(url) && !url.startsWith(stage.url) && !url.startsWith(stage.site))
      foreign.push(url);
  });
});
afterAll(async () => {
  await furnished?.stop();
  await stage.close();
});

/** Goes to a screen without loading the page again, which each area's own tests do. */
async function visit(screen: Screen): Promise<void> {
  const address = JSON.stringify(root + pathOf(screen, furnished.things));
  await stage.page.evaluate(`history.pushState(null, '', ${address})`);
}

describe('every screen, filled with texts of people with bad intentions', () => {
  it.each(screens)('$name ($route)', async (screen) => {
    const { page } = stage;
    await visit(screen);
    await untilShown(page);
    if (screen.opens !== undefined) {
      await page.getByRole('button', { name: screen.opens }).first().click();
      await page.getByRole('dialog').waitFor();
      await untilShown(page);
    }
    const found = [...(await inspect(page)), ...(await read(page)), ...(await planted(page))];
    await page.emulateMedia({ colorScheme: 'dark' });
    found.push(...(await measureContrast(page)), ...(await tabThrough(page)));
    await page.setViewportSize({ width: 380, height: 760 });
    found.push(...(await overflow(page)), ...(await planted(page)));
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
    return { ...screen, fault: kinds[index % kinds.length] as Fault };
  });

describe('pages of others, filled with texts of people with bad intentions', () => {
  it.each(['the page of a share link', 'the widget'])('%s', async (where) => {
    const { page } = stage;
    const path = `/share-links/${furnished.things.share_link}`;
    const { url } = await stage.api.call<{ url: string }>('GET', path);
    const isWidget = where === 'the widget';
    await page.goto(isWidget ? embed(stage, addressOf(url), 'data-open') : url);
    await send(page, '<img src=x onerror=window.planted=1>');
    await answers(page).getByText('45 minutes').waitFor();
    await answers(page).getByText('planted.example/auto').waitFor();
    expect(await planted(page)).toEqual([]);
    expect(foreign.splice(0)).toEqual([]);
    expect(errors.splice(0)).toEqual([]);
  });
});

describe('every screen whose reads fail', () => {
  beforeAll(() => stage.page.addInitScript(hurry));

  it.each(broken)('names $fault, and continues: $route', async ({ fault, ...screen }) => {
    expect(await breakReads(stage.page, root + pathOf(screen, furnished.things), fault)).toEqual(
      [],
    );
  });
});

describe('every area whose changes fail', () => {
  it.each(changes)('makes one thing, and keeps what was typed: $area', async (change) => {
    await changeInTrouble(stage, change, furnished.things.agent ?? '');
  });
});
