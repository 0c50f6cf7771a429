import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathOf, screens } from '../../../scripts/console-sample/screens.ts';
import { addressOf, answers, embed, send } from '../browser/chat.ts';
import { changeInTrouble, changes } from './lost-changes.ts';
import { planted } from './screen-checks.ts';
import { allowFaults, breakReads, type Fault, faults } from './screen-faults.ts';
import { openShowroom, type Showroom } from './showroom.ts';

let stage: Showroom;
beforeAll(async () => {
  stage = await openShowroom();
});
afterAll(() => stage?.close());

describe('pages of others, filled with texts of people with bad intentions', () => {
  it.each(['the page of a share link', 'the widget'])('%s', async (where) => {
    const { page } = stage;
    stage.complaints();
    const path = `/share-links/${stage.things.share_link}`;
    const { url } = await stage.api.call<{ url: string }>('GET', path);
    const isWidget = where === 'the widget';
    await page.goto(isWidget ? embed(stage, addressOf(url), 'data-open') : url);
    await send(page, '<img src=x onerror=window.planted=1>');
    await answers(page).getByText('45 minutes').waitFor();
    await answers(page).getByText('planted.example/auto').waitFor();
    expect([...(await planted(page)), ...stage.complaints()]).toEqual([]);
  });
});

/** Each screen with one fault, and each area with all of them. */
const broken = screens
  .filter(({ opens }) => opens === undefined)
  .map((screen, index) => {
    const kinds = Object.keys(faults) as Fault[];
    return { ...screen, fault: kinds[index % kinds.length] as Fault };
  });

describe('every screen whose reads fail', () => {
  beforeAll(async () => {
    await allowFaults(stage.page);
    await stage.page.goto(stage.root);
  });

  it.each(broken)('names $fault, and continues: $route', async ({ fault, ...screen }) => {
    const address = stage.root + pathOf(screen, stage.things);
    expect(await breakReads(stage.page, address, fault)).toEqual([]);
  });
});

describe('every area whose changes fail', () => {
  it.each(changes)('makes one thing, and keeps what was typed: $area', async (change) => {
    await changeInTrouble(stage, change, stage.things.agent ?? '');
  });
});
