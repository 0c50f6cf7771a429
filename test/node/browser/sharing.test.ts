import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Round } from '../../support/provider/script.ts';
import { violations } from './axe.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const words = Array.from({ length: 80 }, (_, index) => `word${index} `);
/** Slow enough to reload the page in the middle. */
const slow: Round = { text: words, fault: { kind: 'drip', bytes: 300, ms: 60 } };

const addressOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
const field = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const answers = (page: Page) => page.getByRole('article', { name: 'Assistant' });

async function send(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** A page of a third party that forbids everything but the server. */
function embed(address: string, attributes = ''): string {
  const tag = `<script src="${stage.url}/widget.js" data-link="${address}" ${attributes} async></script>`;
  const html = `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${tag}</html>`;
  const policy = `default-src 'none'; script-src ${stage.url}; connect-src ${stage.url}; require-trusted-types-for 'script'`;
  return stage.serve(`/${crypto.randomUUID()}`, html, policy);
}

describe('the widget on a page of a third party', () => {
  it('streams, resumes after a reload in the middle, takes feedback, and holds no key', async () => {
    const agent = await stage.agent([slow], {
      welcome_message: 'Welcome!',
      starter_questions: ['Tell me all'],
    });
    const { page, requests, faults } = await stage.page();
    await page.goto(embed(addressOf(await stage.link(agent.id))));
    await page.getByRole('button', { name: 'Open chat' }).press('Enter');
    await page.getByText('Welcome!').waitFor();
    await page.getByRole('button', { name: 'Tell me all' }).click();
    await answers(page).getByText('word5').waitFor();
    expect(await answers(page).innerText()).not.toContain('word79');
    await page.reload();
    await page.getByRole('button', { name: 'Open chat' }).click();
    await answers(page).getByText('word79').waitFor();
    expect((await answers(page).locator('.text').innerText()).trim()).toBe(words.join('').trim());
    await page.getByRole('button', { name: 'Good answer' }).click();
    await expect
      .poll(async () =>
        (
          await stage.api.call<{ data: { rating: string }[] }>(
            'GET',
            `/agents/${agent.id}/feedback`,
          )
        ).data.map(({ rating }) => rating),
      )
      .toEqual(['up']);
    const held = await page.evaluate<string>(
      'document.documentElement.outerHTML + JSON.stringify(localStorage)',
    );
    expect(held).not.toContain(stage.key);
    expect(held).not.toMatch(/ag_[0-9A-Za-z]{8}/);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await field(page).count()).toBe(0);
    expect(
      requests.filter((url) => !url.startsWith(stage.url) && !url.startsWith(stage.site)),
    ).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('stays within 60 KB', () => {
    const script = readFileSync('dist/assets/widget.js');
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThan(60_000);
  });
});

describe('the page of a link', () => {
  it('uploads a file, cites a page that opens, regenerates, stops and begins again', async () => {
    const agent = await stage.api.call<{ id: string; base_id: string }>('POST', '/agents', {
      json: { name: 'Manual', config: {} },
    });
    const form = new FormData();
    const manual = readFileSync('scripts/samples/espresso-machine-manual.pdf');
    form.append('file', new File([manual], 'manual.pdf', { type: 'application/pdf' }));
    const uploaded = await stage.api.call<{ id: string }>('POST', `/agents/${agent.id}/files`, {
      form,
    });
    await expect
      .poll(
        async () =>
          (await stage.api.call<{ status: string }>('GET', `/files/${uploaded.id}`)).status,
        { timeout: 60_000 },
      )
      .toBe('ready');
    const { page, faults } = await stage.page({ viewport: { width: 380, height: 700 } });
    await page.goto(await stage.link(agent.id));
    expect(await page.title()).toBeTruthy();
    await send(page, 'How do I descale the machine?');
    const source = page.locator('.sources button').first();
    await source.waitFor();
    await source.click();
    const dialog = page.getByRole('dialog', { name: 'manual.pdf' });
    expect((await dialog.locator('mark').innerText()).length).toBeGreaterThan(10);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Answer again' }).click();
    await page.getByRole('button', { name: 'Answer again' }).waitFor();
    await page.locator('input[type=file]').setInputFiles({
      name: 'note.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('The shop opens at ten.'),
    });
    await page.getByRole('button', { name: 'Remove note.txt' }).waitFor();
    await field(page).fill('When does the shop open?');
    // Enabled once the file has been uploaded and read.
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('article', { name: 'You' }).getByText('note.txt').waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await expect.poll(() => page.getByRole('article').count()).toBe(0);
    const isWide = await page.evaluate<boolean>(
      'document.documentElement.scrollWidth > innerWidth',
    );
    expect(isWide).toBe(false);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('stops an answer', async () => {
    const agent = await stage.agent([slow]);
    const { page, faults } = await stage.page({ colorScheme: 'dark' });
    await page.goto(await stage.link(agent.id));
    await send(page, 'Go');
    await answers(page).getByText('word3').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    expect(await answers(page).innerText()).not.toContain('word79');
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('asks for an address and a code, from right to left, and shows a lost connection', async () => {
    const agent = await stage.agent([{ text: ['Hello.'] }]);
    const fields = { access: 'verified', allowed_addresses: ['@example.com'] };
    const { page, faults } = await stage.page();
    await page.goto(
      embed(addressOf(await stage.link(agent.id, fields)), 'data-dir="rtl" data-open'),
    );
    await page.getByLabel('Email address').fill('ann@example.com');
    await page.getByRole('button', { name: 'Send code' }).click();
    await page.getByLabel('Code', { exact: true }).fill('00000000');
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByRole('alert').getByText('The code is wrong').waitFor();
    expect(await violations(page)).toEqual([]);
    const box = await page.getByRole('dialog').boundingBox();
    expect(box?.x).toBeLessThan(100);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByRole('alert').getByText('You are offline').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  it('runs nothing and loads nothing that an answer contains (R71, R73)', async () => {
    const agent = await stage.agent([{ text: [hostile] }]);
    const { page, requests, faults } = await stage.page();
    await page.goto(await stage.link(agent.id));
    await send(page, 'Go');
    await answers(page).getByText('the end').waitFor();
    await page.getByRole('button', { name: 'Answer again' }).waitFor();
    expect(requests.filter((url) => !url.startsWith(stage.url))).toEqual([]);
    const found = await page.evaluate<Found>(findActive);
    expect(found).toMatchObject({ active: 0, handlers: 0, hits: 0 });
    expect([...new Set(found.links)].sort()).toEqual(['http:', 'https:', 'mailto:']);
    expect(faults).toEqual([]);
    const page_ = await fetch(await stage.link(agent.id));
    expect(page_.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page_.headers.get('content-security-policy')).not.toContain('unsafe');
    await page.close();
  });
});

interface Found {
  readonly active: number;
  readonly handlers: number;
  readonly hits: number;
  readonly links: readonly string[];
}

/** Counts the elements of answers that could run or load something. Evaluated in the page. */
const findActive = `(() => {
  const root = document.querySelector('agentgrid-chat').shadowRoot;
  const made = [...root.querySelectorAll('.text *, .sources *')];
  const active = /^(script|img|iframe|svg|object|embed|video|audio|link|style|form|base|meta)$/i;
  return {
    active: made.filter((one) => active.test(one.localName)).length,
    handlers: made.filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on'))).length,
    links: made.filter((one) => one.localName === 'a').map((one) => one.protocol),
    hits: window.hit ?? 0,
  };
})()`;

/** Chats with the token of one user, and reads with that of another. Evaluated in the page. */
const chatPlainly = `async ({ api, agent, ann, bob }) => {
  const call = (token, method, path, body) =>
    fetch(api + path, {
      method,
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const session = await (await call(ann, 'POST', '/agents/' + agent + '/sessions', {})).json();
  const stream = await call(ann, 'POST', '/sessions/' + session.id + '/messages', { message: 'Hi' });
  return { text: await stream.text(), foreign: (await call(bob, 'GET', '/sessions/' + session.id)).status };
}`;

const hostile = [
  '<script>window.hit=1</script>',
  '<img src="https://collector.example/a.png" onerror="window.hit=1">',
  '![x](https://collector.example/b.png)',
  '![x](javascript:window.hit=1)',
  '[x](javascript:window.hit=1) [y](JaVaScRiPt:window.hit=1) [z](data:text/html,<script>window.hit=1</script>)',
  '[ok](https://example.com/) <http://example.com> <a@example.com>',
  '<iframe srcdoc="<script>parent.hit=1</script>"></iframe><svg onload="window.hit=1"></svg>',
  '<a href="javascript:window.hit=1" onclick="window.hit=1">click</a>',
  '| a |\n| --- |\n| <img src=x onerror=window.hit=1> ![t](https://collector.example/c.png) |',
  '> <style>@import "https://collector.example/d.css";</style>',
  '- [x] ![r][ref]\n\n[ref]: https://collector.example/e.png',
  '```html\n<script>window.hit=1</script>\n```',
  '`<img src=x onerror=window.hit=1>` &lt;script&gt;window.hit=1&lt;/script&gt;',
  '<link rel="stylesheet" href="https://collector.example/f.css"><base href="https://collector.example/">',
  'the end',
].join('\n\n');

describe('the token of an end user in a page of a third party', () => {
  it('chats by plain requests, and reaches nothing of another user (R85)', async () => {
    const agent = await stage.agent([{ text: ['Hello ', 'from ', 'afar.'] }]);
    const token = async (end_user_id: string) =>
      (
        await stage.api.call<{ token: string }>('POST', '/end-user-tokens', {
          json: { end_user_id, agent_ids: [agent.id] },
        })
      ).token;
    const { page } = await stage.page();
    await page.goto(stage.serve('/plain', '<!doctype html><title>Plain</title>'));
    const given = {
      api: `${stage.url}/api/v1`,
      agent: agent.id,
      ann: await token('ann'),
      bob: await token('bob'),
    };
    const seen = await page.evaluate<{ text: string; foreign: number }>(
      `(${chatPlainly})(${JSON.stringify(given)})`,
    );
    expect(seen.text).toContain('afar.');
    expect(seen.foreign).toBe(404);
    await page.close();
  });
});
