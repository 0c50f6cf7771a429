import type { Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import { untilShown } from './screen-checks.ts';

const reads = '**/api/v1/**';
/** Reads of the person, without which no screen is shown at all; another test covers them. */
const session = /\/api\/v1\/(?:me|users\/me)(?:\?|$)/;

const problem = (status: number, code: string, detail: string, headers = {}) => ({
  ...{ status, headers, contentType: 'application/problem+json' },
  body: JSON.stringify({ status, code, detail, request_id: 'req_of_the_fault' }),
});

/** Faults of the reads of a screen, with the words that name them. */
export const faults = {
  '500 of a proxy': {
    ...{ says: 'The server failed' },
    answer: (route: Route) =>
      route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Oops</h1>' }),
  },
  '503 as a problem': {
    says: 'Under maintenance for a moment.',
    answer: (route: Route) =>
      route.fulfill(
        problem(503, 'unavailable', 'Under maintenance for a moment.', { 'retry-after': '1' }),
      ),
  },
  '429 with Retry-After': {
    says: 'Too many requests in this minute.',
    answer: (route: Route) =>
      route.fulfill(
        problem(429, 'rate_limited', 'Too many requests in this minute.', { 'retry-after': '2' }),
      ),
  },
  'a lost connection': {
    ...{ says: 'The server cannot be reached' },
    answer: (route: Route) => route.abort('connectionreset'),
  },
  'malformed JSON': {
    says: 'did not arrive as the API sends it',
    answer: (route: Route) =>
      route.fulfill({ status: 200, contentType: 'application/json', body: '{"data":[{' }),
  },
  '403': {
    ...{ says: 'Not for you.' },
    answer: (route: Route) => route.fulfill(problem(403, 'forbidden', 'Not for you.')),
  },
  '404': {
    ...{ says: 'Nothing has this id.' },
    answer: (route: Route) => route.fulfill(problem(404, 'not_found', 'Nothing has this id.')),
  },
} as const;

export type Fault = keyof typeof faults;

/** Pauses between attempts pass at once; the order of what happens stays. */
export const hurry = `(() => {
  const wait = setTimeout;
  window.setTimeout = (work, ms = 0, ...rest) => wait(work, ms >= 1000 ? ms / 100 : ms, ...rest);
})()`;

/** Opens a screen whose reads are slow, then fail, then work again. Returns what was wrong. */
export async function breakReads(page: Page, address: string, fault: Fault): Promise<string[]> {
  const found: string[] = [];
  const { answer, says } = faults[fault];
  let failed = 0;
  let release: () => void = () => undefined;
  const slowly = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(reads, async (route) => {
    const request = route.request();
    if (request.method() !== 'GET' || session.test(request.url())) return route.continue();
    failed += 1;
    await slowly;
    return answer(route).catch(() => undefined);
  });
  await page.goto(address);
  const content = page.locator('#content');
  await content.waitFor();
  const waiting = content.locator('.spinner, h1').first();
  await waiting.waitFor();
  for (const one of await content.locator('.spinner').all()) {
    const words = await one.locator('xpath=..').innerText();
    if (words.trim().length < 4) found.push('waits without a word');
  }
  release();
  await content.locator('.spinner').first().waitFor({ state: 'detached' });
  const alerts = content.getByRole('alert');
  if (failed > 0) {
    await alerts.first().waitFor();
    const text = await content.innerText();
    if (!text.includes(says)) found.push(`does not say “${says}”: ${text.slice(0, 300)}`);
  }
  await page.unroute(reads);
  const again = content.getByRole('button', { name: 'Try again' });
  if (failed > 0 && (await again.count()) === 0) found.push('offers no way on');
  // A read that was refused a moment ago may say so later.
  await expect
    .poll(
      async () => {
        for (const one of await again.all())
          await one.click({ timeout: 2000 }).catch(() => undefined);
        return (await content.innerText()).includes(says);
      },
      { timeout: 30_000 },
    )
    .toBe(false);
  await untilShown(page);
  return found;
}
