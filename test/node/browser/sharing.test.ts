import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { violations } from './axe.ts';
import { addressOf, allWords, answers, embed, field, half, send, words } from './chat.ts';
import { failureTests } from './failures.ts';
import { handOverTests } from './hand-over.ts';
import { languageTests } from './languages.ts';
import { openStage, type Stage } from './stage.ts';
import { thirdPartyTests } from './third-party.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('the widget on a page of a third party', () => {
  it('streams, resumes after a reload in the middle, takes feedback, and holds no key', async ({
    expect,
  }) => {
    const agent = await stage.agent([half], {
      welcome_message: 'Welcome!',
      starter_questions: ['Tell me all'],
    });
    const { page, requests, faults } = await stage.page();
    await page.goto(embed(stage, addressOf(await stage.link(agent.id))));
    await page.getByRole('button', { name: 'Open chat' }).press('Enter');
    await page.getByText('Welcome!').waitFor();
    await page.getByRole('button', { name: 'Tell me all' }).click();
    await answers(page).getByText('word5').waitFor();
    expect(await answers(page).innerText()).not.toContain('word79');
    await page.reload();
    await page.getByRole('button', { name: 'Open chat' }).click();
    await answers(page).getByText('word5').waitFor();
    await agent.release();
    await answers(page).getByText('word79').waitFor();
    expect((await answers(page).locator('.text').innerText()).trim()).toBe(allWords);
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
    await expect.poll(() => field(page).count()).toBe(0);
    expect(
      requests.filter((url) => !url.startsWith(stage.url) && !url.startsWith(stage.site)),
    ).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('stays within 60 KB', ({ expect }) => {
    const script = readFileSync('dist/assets/widget.js');
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThan(60_000);
  });
});

describe('the page of a link', () => {
  it('uploads a file, cites a page that opens, regenerates, stops and begins again', async ({
    expect,
  }) => {
    const own = await stage.apart();
    const agent = await own.api.call<{ id: string; base_id: string }>('POST', '/agents', {
      json: { name: 'Manual', config: {} },
    });
    const form = new FormData();
    const manual = readFileSync('scripts/samples/espresso-machine-manual.pdf');
    form.append('file', new File([manual], 'manual.pdf', { type: 'application/pdf' }));
    const uploaded = await own.api.call<{ id: string }>('POST', `/agents/${agent.id}/files`, {
      form,
    });
    await expect
      .poll(
        async () => (await own.api.call<{ status: string }>('GET', `/files/${uploaded.id}`)).status,
        { timeout: 150_000 },
      )
      .toBe('ready');
    const { page, faults } = await stage.page({ viewport: { width: 380, height: 700 } });
    await page.goto(await own.link(agent.id, { open_documents: true }));
    expect(await page.title()).toBeTruthy();
    await send(page, 'How do I descale the machine?');
    const source = page.locator('.sources button').first();
    await source.waitFor();
    await source.click();
    const dialog = page.getByRole('dialog', { name: 'manual.pdf' });
    expect((await dialog.locator('mark').innerText()).length).toBeGreaterThan(10);
    expect(await violations(page)).toEqual([]);
    const heading = await dialog.getByRole('heading').innerText();
    const opened = page.context().waitForEvent('page');
    await dialog.getByRole('link', { name: 'Open the document' }).click();
    const viewer = await opened;
    await expect.poll(() => viewer.url()).toMatch(/\/document\?link=[\w.-]+#page=\d+$/);
    expect(heading).toContain(`Page ${viewer.url().split('#page=')[1]} of 9`);
    // The viewer of the browser is a page in the page; it has no opener.
    await expect.poll(() => viewer.frames().length).toBeGreaterThan(1);
    expect(await viewer.evaluate<boolean>('opener === null')).toBe(true);
    await viewer.close();
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

  it('stops an answer', async ({ expect }) => {
    const own = await stage.apart();
    const agent = await own.agent([{ text: words, fault: { kind: 'stall', events: 20 } }]);
    const { page, faults } = await stage.page({ colorScheme: 'dark' });
    await page.goto(await own.link(agent.id));
    await send(page, 'Go');
    await answers(page).getByText('word3').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Send' }).waitFor();
    expect(await answers(page).innerText()).not.toContain('word79');
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('asks for an address and a code, from right to left, and shows a lost connection', async ({
    expect,
  }) => {
    const own = await stage.apart();
    const agent = await own.agent([{ text: ['Hello.'] }]);
    const fields = { access: 'verified', allowed_addresses: ['@example.com'] };
    const { page, faults } = await stage.page();
    await page.goto(
      embed(stage, addressOf(await own.link(agent.id, fields)), 'data-dir="rtl" data-open'),
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

  it('runs nothing and loads nothing that an answer contains (R71, R73)', async ({ expect }) => {
    const own = await stage.apart();
    const agent = await own.agent([{ text: [hostile] }]);
    const { page, requests, faults } = await stage.page();
    await page.goto(await own.link(agent.id));
    await send(page, 'Go');
    await answers(page).getByText('the end').waitFor();
    await page.getByRole('button', { name: 'Answer again' }).waitFor();
    expect(requests.filter((url) => !url.startsWith(stage.url))).toEqual([]);
    const found = await page.evaluate<Found>(findActive);
    expect(found).toMatchObject({ active: 0, handlers: 0, hits: 0 });
    expect([...new Set(found.links)].sort()).toEqual(['http:', 'https:', 'mailto:']);
    // A link says where it leads, whatever its text claims.
    expect(found.texts).toEqual([
      ...['x (collector.example)', 'ok (example.com)', 'http://example.com', 'a@example.com'],
      ...['https://bank.example/login (collector.example)', 'collector.example/h'],
      ...['https://bank.example@collector.example/i (collector.example)'],
      ...['write to us (a@collector.example)', 'x in a link (collector.example)'],
      ...['t (collector.example)', 'r (collector.example)'],
    ]);
    expect(faults).toEqual([]);
    const page_ = await fetch(await own.link(agent.id));
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
  readonly texts: readonly string[];
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
    texts: made.filter((one) => one.localName === 'a').map((one) => one.textContent),
    hits: window.hit ?? 0,
  };
})()`;

const hostile = [
  '<script>window.hit=1</script>',
  '<img src="https://collector.example/a.png" onerror="window.hit=1">',
  '![x](https://collector.example/b.png)',
  '![x](javascript:window.hit=1)',
  '[x](javascript:window.hit=1) [y](JaVaScRiPt:window.hit=1) [z](data:text/html,<script>window.hit=1</script>)',
  '[ok](https://example.com/) <http://example.com> <a@example.com>',
  '[https://bank.example/login](https://collector.example/g) [collector.example/h](https://collector.example/h)',
  'https://bank.example@collector.example/i [write to us](mailto:a@collector.example)',
  '[![x in a link](https://collector.example/j.png)](https://collector.example/k)',
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

thirdPartyTests(() => stage);
handOverTests(() => stage);
languageTests(() => stage);
failureTests(() => stage);
