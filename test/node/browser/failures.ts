import type { Page, Route } from 'playwright-core';
import { describe, it } from 'vitest';
import { allWords, answers, field, send, words } from './chat.ts';
import type { Stage } from './stage.ts';

/** The page of a link to an agent that says hello. */
async function openChat(stage: Stage, rounds = [{ text: ['Hello there.'] }] as object[]) {
  const own = await stage.apart();
  const { id } = await own.agent(rounds as Parameters<Stage['agent']>[0]);
  const link = await own.link(id);
  const watched = await stage.page();
  const open = async () => {
    await watched.page.goto(link);
    await field(watched.page).waitFor();
  };
  const sessions = async () =>
    (await own.api.call<{ data: { message_count: number }[] }>('GET', `/agents/${id}/sessions`))
      .data;
  return { ...watched, open, sessions };
}

const refuse = (route: Route, status: number, code: string, headers = {}) =>
  route.fulfill({
    status,
    headers,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status, code }),
  });

const alert = (page: Page, text: string) => page.getByRole('alert').getByText(text).waitFor();
const draft = (page: Page) => field(page).inputValue();
const messagePath = '**/sessions/*/messages';

export function failureTests(stage: () => Stage): void {
  describe.concurrent('a failure', () => {
    it('of a message puts it back into the field, where it stays through a reload', async ({
      expect,
    }) => {
      const { page, faults, open } = await openChat(stage());
      await open();
      const keys: (string | undefined)[] = [];
      const planned = [429, 503, 503, 503];
      await page.route(messagePath, (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        const status = planned.shift();
        if (status === undefined) return route.continue();
        return status === 429
          ? refuse(route, 429, 'rate_limited', { 'retry-after': '7' })
          : refuse(route, 503, 'unavailable');
      });
      await send(page, 'Where is it?');
      await alert(page, 'Too many messages. Try again in 7 s.');
      expect([await draft(page), await page.getByRole('article').count()]).toEqual([
        'Where is it?',
        0,
      ]);
      // Repeated twice, with the key of the message.
      await page.getByRole('button', { name: 'Send' }).click();
      await alert(page, 'Something went wrong. Try again.');
      expect([keys.length, new Set(keys).size]).toEqual([4, 1]);
      await page.reload();
      await expect.poll(() => draft(page)).toBe('Where is it?');
      await field(page).press('Enter');
      await answers(page).getByText('Hello there.').waitFor();
      await page.reload();
      await answers(page).getByText('Hello there.').waitFor();
      expect(await draft(page)).toBe('');
      expect(faults).toEqual([]);
      await page.close();
    });

    it('of the response joins the answer that it lost', async ({ expect }) => {
      const { page, open, sessions } = await openChat(stage());
      await open();
      let isLost = false;
      await page.route(messagePath, async (route) => {
        if (isLost) return route.continue();
        isLost = true;
        await route.fetch();
        return route.abort();
      });
      await send(page, 'Hi');
      await answers(page).getByText('Hello there.').waitFor();
      await expect.poll(() => page.getByRole('article').count()).toBe(2);
      expect((await sessions()).map(({ message_count }) => message_count)).toEqual([2]);
      await page.close();
    });

    it('of the connection is shown, and what is written is sent later or returned', async ({
      expect,
    }) => {
      const { page, open, faults } = await openChat(stage());
      await open();
      await page.context().setOffline(true);
      await page.getByText('You are offline.').waitFor();
      await send(page, 'Are you there?');
      await page.getByRole('button', { name: 'Stop' }).click();
      await expect.poll(() => draft(page)).toBe('Are you there?');
      await field(page).press('Enter');
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      await page.context().setOffline(false);
      await answers(page).getByText('Hello there.').waitFor();
      await expect.poll(() => page.getByText('You are offline.').count()).toBe(0);
      expect(faults).toEqual([]);
      await page.close();
    });

    it('of a server that does not answer can be stopped', async ({ expect }) => {
      const { page, open } = await openChat(stage());
      await open();
      await page.route(messagePath, () => undefined);
      const pending = page.waitForRequest(messagePath);
      await send(page, 'Are you slow?');
      await pending;
      await page.locator('.typing').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await expect.poll(() => draft(page)).toBe('Are you slow?');
      await expect.poll(() => page.getByRole('alert').count()).toBe(0);
      await page.unroute(messagePath);
      await field(page).press('Enter');
      await answers(page).getByText('Hello there.').waitFor();
      await page.close();
    });

    it('of an answer that was begun offers to read the rest', async ({ expect }) => {
      const { page, open } = await openChat(stage(), [{ text: words }]);
      await open();
      await page.route('**/runs/*/events', (route) => refuse(route, 410, 'events_gone'));
      await page.route(messagePath, async (route) => {
        const response = await route.fetch();
        const events = (await response.text()).split('\n\n');
        const first = events.findIndex((one) => one.includes('"text-delta"'));
        const begun = events.slice(0, first + 1).join('\n\n');
        return route.fulfill({ response, body: `${begun}\n\n` });
      });
      await send(page, 'Go');
      await alert(page, 'Something went wrong');
      await answers(page).getByText('word0').waitFor();
      expect(await answers(page).innerText()).not.toContain('word79');
      await page.unroute('**/runs/*/events');
      await page.getByRole('button', { name: 'Try again' }).click();
      await answers(page).getByText('word79').waitFor();
      expect((await answers(page).locator('.text').innerText()).trim()).toBe(allWords);
      await page.close();
    });

    it('of a file is shown beside it, and the file can be uploaded again', async ({ expect }) => {
      const { page, open } = await openChat(stage());
      await open();
      const file = page.locator('input[type=file]');
      const upload = (name: string, buffer: Buffer, mimeType = 'text/plain') =>
        file.setInputFiles({ name, mimeType, buffer });
      const item = (name: string) => page.getByRole('listitem').filter({ hasText: name });
      await page.route('**/attachments', (route) => route.abort());
      await upload('note.txt', Buffer.from('The shop opens at ten.'));
      await item('note.txt').getByText('The server could not be reached.').waitFor();
      await page.unroute('**/attachments');
      await page.getByRole('button', { name: 'Upload note.txt again' }).click();
      await item('note.txt')
        .getByText('The server could not be reached.')
        .waitFor({ state: 'detached' });
      await upload('tool.exe', Buffer.from([77, 90, 0, 0, 255, 254]));
      await item('tool.exe').getByText('Unsupported file type').waitFor();
      const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
      await upload(
        'large.png',
        Buffer.concat([Buffer.from(png), Buffer.alloc(3_900_000)]),
        'image/png',
      );
      await item('large.png').getByText('The file is too large.').waitFor();
      await page.getByRole('button', { name: 'Remove large.png' }).click();
      await field(page).fill('When does it open?');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('article', { name: 'You' }).getByText('note.txt').waitFor();
      // A file that was not sent stays.
      await expect.poll(() => item('tool.exe').count()).toBe(1);
      await page.close();
    });

    it('of the token is mended, or asks for the address again', async ({ expect }) => {
      const { page, open, sessions } = await openChat(stage());
      const entries: (string | null)[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith('/visitors')) entries.push(request.postData());
      });
      await open();
      await send(page, 'Hi');
      await answers(page).getByText('Hello there.').waitFor();
      let isExpired = true;
      await page.route(messagePath, (route) => {
        if (!isExpired) return route.continue();
        isExpired = false;
        return refuse(route, 401, 'unauthenticated');
      });
      await send(page, 'Again');
      await expect.poll(() => answers(page).count()).toBe(2);
      expect(entries.map((body) => body?.includes('refresh_token'))).toEqual([false, true]);
      expect(await sessions()).toHaveLength(1);
      isExpired = true;
      await page.route('**/visitors', (route) => refuse(route, 401, 'unauthenticated'));
      await send(page, 'Do not lose this');
      await alert(page, 'Confirm your email address again to continue.');
      await page.unroute('**/visitors');
      await page.reload();
      await expect.poll(() => draft(page)).toBe('Do not lose this');
      await page.close();
    });

    it('of the storage leaves a chat that ends with the page', async ({ expect }) => {
      const { page, faults, open } = await openChat(stage());
      await page.addInitScript(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })",
      );
      await open();
      await send(page, 'Hi');
      await answers(page).getByText('Hello there.').waitFor();
      await send(page, 'Again');
      await expect.poll(() => answers(page).count()).toBe(2);
      expect(faults).toEqual([]);
      await page.close();
    });
  });
}
